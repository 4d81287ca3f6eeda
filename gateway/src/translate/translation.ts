import type { Deployment } from '../provider/deployment.ts'
import type { CallerHeaders } from '../provider/protocol.ts'
import type { JsonObject } from './json.ts'
import type { Loss } from './loss.ts'

/**
 * From an endpoint of ours to a provider that has no such endpoint, and back. Pure: one implementation for each
 * direction, in the folder of its pair of formats.
 */
export interface Translation {
  /** What the provider is asked: one of its protocol's endpoints. */
  readonly endpoint: string
  /** URLs in a request whose content the provider wants in the request itself. */
  media(request: JsonObject): readonly string[]
  /** Never throws, whatever the request holds: a client chose it. */
  request(request: JsonObject, context: RequestContext): Translated | Untranslatable
  /** A success, from the provider's format to the caller's. Never throws. */
  answer(answer: JsonObject, context: AnswerContext): JsonObject
  /** The error of the provider in the caller's envelope. `message` holds the provider's own words. */
  error(error: ProviderError): JsonObject
  /** A success that comes as a stream. Called once a call. */
  events(context: StreamContext): EventTranslator
}

export interface RequestContext {
  readonly provider: Deployment['provider']
  /** The provider's name for the model: what it takes may depend on it. */
  readonly model: string
  /** Where the provider wants a limit of the output and the request has none. */
  readonly outputTokensDefault: number
  /** What the URLs of `media` hold. Empty where a request is only checked: then a missing URL is no problem. */
  readonly media: ReadonlyMap<string, Media>
  readonly isStream: boolean
  readonly headers: CallerHeaders
}

export interface Media {
  readonly mimeType: string
  readonly base64: string
}

export interface Translated {
  readonly kind: 'translated'
  readonly request: JsonObject
  readonly losses: readonly Loss[]
}

/** The answer would be wrong, and not merely different: the request fails, whatever its caller allows. */
export interface Untranslatable {
  readonly kind: 'untranslatable'
  /** A dotted path in the caller's format. */
  readonly field: string
  /** What is wrong and what is allowed, in a sentence. */
  readonly message: string
}

export interface AnswerContext {
  /** Unix milliseconds at which the answer came. */
  readonly now: number
  /** The request as its caller sent it. */
  readonly asked: JsonObject
}

export interface StreamContext extends AnswerContext {
  /** The client did not ask for the event that holds nothing but the usage. */
  readonly hidesUsage: boolean
}

export interface ProviderError {
  readonly status: number
  /** The provider's own code or type, else one of ours. */
  readonly code: string
  readonly message: string
}

/** Translates the events of one stream, as they come. Never throws. */
export interface EventTranslator {
  /**
   * One event of the provider's, its data parsed: whole events for the caller, each with the empty line that ends
   * it, or ''. Nothing for an event that is an error: what is told of it is for the dialect of the caller.
   */
  take(data: JsonObject): string
  /** The provider's stream has ended as it should: what is still owed to the caller. */
  end(): string
}
