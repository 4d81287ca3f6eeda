import type { Endpoint } from './endpoint.ts'
import type { Model, Models } from './models.ts'
import type { Fault, ModelOptions, RefusalKind } from './options.ts'
import type { ProviderError } from './provider-error.ts'
import type { Reaction } from './reaction.ts'

/** What a request says before its body is read. */
export interface Address {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** What comes behind the question mark; empty where there is none. */
  readonly query: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/**
 * One provider: everything that a client can tell it from another by. All of them are behind one port, with the
 * same models, limits, faults and tape, and the core asks each question of the one that the request is for.
 */
export interface Maker {
  /** It is this provider that the request is for; where nobody says so, it is the first of all. */
  owns(address: Address): boolean
  /** Empty where there is none. */
  keyOf(address: Address): string
  /** Where a model works; nothing for any other address. The model may be named by the path. */
  endpointAt(address: Address): Endpoint | undefined
  /** A header that is missing or wrong, once the key is good. */
  headerError(address: Address): ProviderError | undefined
  /** The model exists, and does not do what is asked at this path. */
  misfit(path: string, model: Model): ProviderError | undefined
  /** Everything but a model's work. */
  look(address: Address): Look | ProviderError

  /** How an answer comes that had to wait; absent where nothing is seen of it before its first byte. */
  waiting?(answer: Reaction, options: ModelOptions): Reaction

  /** What it answers for each kind of fault that refuses before any work is done. */
  readonly refusals: Readonly<Record<RefusalKind, (fault: Fault, key: string) => ProviderError>>
  noKey(): ProviderError
  badKey(key: string): ProviderError
  unknownModel(name: string): ProviderError
  notJson(): ProviderError

  /** The envelope around an error. */
  errorBody(error: ProviderError, requestId: string, pretty: boolean): Buffer
  /** Of every answer: its content type as long as it is JSON, its id, and where the model's limits stand. */
  headers(about: Answering): Record<string, string>
}

/** Something to be seen without a model's work, once the key is good. */
export interface Look {
  see(models: Models): { readonly json: unknown } | ProviderError
}

export interface Answering {
  readonly requestId: string
  readonly processingMs: number
  /** Absent where none was reached. */
  readonly model: Model | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}
