import { interpreterOf } from '../answers/interpret.ts'
import { classifyStatus } from './classify.ts'
import { READERS } from './endpoints.ts'
import { readErrorBody } from './error-body.ts'

/** What a call to this endpoint came to. Pure, and never throws. */
export const interpret = interpreterOf({
  readers: READERS,
  refusal(status, text) {
    const error = readErrorBody(text)
    const { code, type, message } = error
    return { class: classifyStatus(status, error), code: code ?? type, message }
  },
})
