import { errorBody, failed } from '../errors.ts'

/** An answer in server-sent events. */
export interface Stream {
  readonly events: readonly StreamEvent[]
  /** What the provider says in the place of the event with this number, from 0, when it fails there. */
  failure(at: number): Buffer
}

export interface StreamEvent {
  readonly bytes: Buffer
  /** So many tokens of the answer are out with it. */
  readonly tokens: number
}

export const dataEvent = (json: string): Buffer => Buffer.from(`data: ${json}\n\n`)

/** The events of tokens that come one by one; of several texts by turns, since a model generates them at once. */
export const generated = (
  texts: readonly (readonly string[])[],
  delta: (text: string, index: number) => Buffer,
  end: (index: number) => Buffer,
): StreamEvent[] => {
  const events: StreamEvent[] = []
  const turns = Math.max(...texts.map((text) => text.length)) + 1
  let tokens = 0
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, text] of texts.entries()) {
      const token = text[turn]
      if (token !== undefined) events.push({ bytes: delta(token, index), tokens: ++tokens })
      else if (turn === text.length) events.push({ bytes: end(index), tokens })
    }
  }
  return events
}

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
