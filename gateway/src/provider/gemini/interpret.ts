import { interpreterOf } from '../answers/interpret.ts'
import type { ReadAnswer } from '../answers/reading.ts'
import { classifyStatus } from './classify.ts'
import { readErrorBody } from './error-body.ts'
import { readContent } from './read-content.ts'
import { readEmbeddings } from './read-embeddings.ts'

export const READERS: ReadonlyMap<string, ReadAnswer> = new Map([
  ['generateContent', readContent],
  ['embedContent', readEmbeddings],
])

/** What a call to this endpoint came to. Pure, and never throws. */
export const interpret = interpreterOf({
  readers: READERS,
  refusal(status, text) {
    const error = readErrorBody(text)
    const { status: code, message, retryDelayMs } = error
    return { class: classifyStatus(status, error), code, message, retryAfterMs: retryDelayMs }
  },
})
