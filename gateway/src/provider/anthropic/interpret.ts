import { interpreterOf } from '../answers/interpret.ts'
import type { ReadAnswer } from '../answers/reading.ts'
import { classifyStatus } from './classify.ts'
import { readErrorBody } from './error-body.ts'
import { readMessage } from './read-message.ts'

export const READERS: ReadonlyMap<string, ReadAnswer> = new Map([['/v1/messages', readMessage]])

/** What a call to this endpoint came to. Pure, and never throws. */
export const interpret = interpreterOf({
  readers: READERS,
  refusal(status, text) {
    const error = readErrorBody(text)
    return {
      class: classifyStatus(status, error),
      code: error.code ?? error.type,
      message: error.message,
    }
  },
})
