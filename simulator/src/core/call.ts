import type { BreakpointCache } from './breakpoint-cache.ts'
import type { Digest } from './digest.ts'
import { chanceOf, digestText } from './digest.ts'
import type { Model } from './models.ts'
import type { PrefixCache } from './prompt.ts'
import type { Exceeded, Wanted } from './rate-limit.ts'
import type { Stream } from './stream/stream.ts'

/** One call that reached its model. */
export interface Call {
  readonly model: Model
  readonly digest: Digest
  readonly callsBefore: number
  /** Milliseconds since 1970. */
  readonly now: number
  readonly seed: number
  readonly pretty: boolean
  /** A call that a fault will spoil gets a plain answer to spoil. */
  readonly mayRefuse: boolean
  readonly prefixes: PrefixCache
  readonly breakpoints: BreakpointCache
}

/** What a fault may do to an answer, and leave it the JSON that it is. */
export interface Spoilable {
  /** The first string behind this name is a text. */
  readonly text: string
  /** What is behind this name tells the usage; it is gone where that is not told. */
  readonly usage: string
}

export interface Answered {
  /** Empty where the answer is a stream. */
  readonly body: Buffer
  readonly stream?: Stream
  readonly spoilable: Spoilable
  readonly firstByteMs: number
  readonly bodyMs: number
}

/** Tokens as they are billed. */
export interface Tokens {
  readonly prompt: number
  /** The part of the prompt that was in the cache. */
  readonly cached: number
  readonly completion: number
}

/** Different for each call, the same for the same call in another run. */
export const callId = ({ digest, callsBefore }: Call): string => digestText(digest) + callsBefore.toString(36)

export const createdSeconds = ({ now }: Call): number => Math.floor(now / 1_000)

/** How many may run at once, where as many do. */
export const placesAreTaken = ({ model }: Call): number | undefined => {
  const { concurrencyMax } = model.options
  return concurrencyMax === undefined || model.running < concurrencyMax ? undefined : concurrencyMax
}

/** Takes what the call may come to from the model's rates, or says which one is too small. */
export const exceededBy = ({ model, now }: Call, wanted: Wanted): Exceeded | undefined =>
  model.rateLimit.enter(wanted, now)

const latencySalt = 0x1a7e

const firstByteMsOf = ({ model, digest, callsBefore }: Call): number => {
  const { firstByteMs = 0, firstByteSpreadMs = 0 } = model.options
  if (firstByteSpreadMs === 0) return firstByteMs
  return Math.max(0, firstByteMs + (2 * chanceOf(digest, latencySalt + callsBefore) - 1) * firstByteSpreadMs)
}

/** Counts the answer, and says when it arrives. */
export const answered = (call: Call, tokens: Tokens, body: Buffer, spoilable: Spoilable): Answered => {
  const { model } = call
  model.answered++
  model.promptTokens += tokens.prompt
  model.cachedTokens += tokens.cached
  model.completionTokens += tokens.completion
  const bodyMs = tokens.completion * (model.options.tokenMs ?? 0)
  return { body, spoilable, firstByteMs: firstByteMsOf(call), bodyMs }
}

const noBody = Buffer.alloc(0)

/** The same of an answer in events. */
export const answeredInEvents = (
  call: Call,
  tokens: Tokens,
  stream: Stream,
  spoilable: Spoilable,
): Answered => ({
  ...answered(call, tokens, noBody, spoilable),
  stream,
})
