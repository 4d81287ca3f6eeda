import { answered } from '../../call.ts'
import { jsonBody } from '../../json-body.ts'
import type { MethodParts } from '../endpoint-of.ts'
import { countTokensRequest } from '../messages.ts'
import { recordIn } from '../proto/narrow.ts'
import { type ContentRequest, readContentRequest } from './request.ts'

/** The contents alone, or a whole request with its tools. Counting costs nothing. */
export const countTokens: MethodParts<ContentRequest> = {
  message: countTokensRequest,
  read(body, model) {
    const whole = body.generateContentRequest
    return readContentRequest(whole === undefined ? body : recordIn(whole), model, 'CountTokensRequest')
  },
  answer: ({ tokens }, call) =>
    answered(
      call,
      { prompt: 0, cached: 0, completion: 0 },
      jsonBody(
        { totalTokens: tokens, promptTokensDetails: [{ modality: 'TEXT', tokenCount: tokens }] },
        call.pretty,
      ),
      { text: 'modality', usage: 'totalTokens' },
    ),
  expected: ({ tokens }) => String(tokens),
}
