import { interpreterOf } from '../answers/interpret.ts'
import { classifyStatus } from './classify.ts'
import { ENDPOINTS } from './endpoints.ts'
import { readErrorBody } from './error-body.ts'

/** What a call to this endpoint came to. Pure, and never throws. */
export const interpret = interpreterOf({
  readers: new Map(Array.from(ENDPOINTS, ([endpoint, { read }]) => [endpoint, read])),
  refusal(status, text) {
    const error = readErrorBody(text)
    const { code, type, message } = error
    return { class: classifyStatus(status, error), code: code ?? type, message }
  },
})
