import { dataEvent, type Stream, type StreamEvent } from '../stream/stream.ts'
import { errorBody, failed } from './errors.ts'

/** A stream of chunks, which `[DONE]` ends; `usage` is the chunk that has no choice, where one is wanted. */
export const chunkStream = (events: readonly StreamEvent[], usage: Buffer | undefined): Stream => {
  const tokens = events.at(-1)?.tokens ?? 0
  const closing = usage === undefined ? [done] : [usage, done]
  return { events: [...events, ...closing.map((bytes) => ({ bytes, tokens }))], failure: () => failure }
}

const done = dataEvent('[DONE]')
const failure = dataEvent(errorBody(failed(), false).toString())

const noise = 'q7LxVb0RkTz3NfWcY8mHsJ1dGpA5uEoQ2iXvKr9ZyBn6CtUwM4hSgFaPlDjeOI'
const paddedTo = 16

/** Brings every delta up to a multiple of 16 characters; a provider draws these letters by chance. */
export const obfuscation = (text: string): string => {
  const from = text.length === 0 ? 0 : text.charCodeAt(text.length - 1) % (noise.length - paddedTo)
  return noise.slice(from, from + paddedTo - (text.length % paddedTo))
}
