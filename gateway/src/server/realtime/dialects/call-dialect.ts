import type { IncomingHttpHeaders } from 'node:http'
import type { Edit } from '../../../intake/json/edit-object.ts'
import type { MemberSpan } from '../../../intake/json/members.ts'
import type { CallOrder } from '../../../interactive/interactive-call.ts'
import type { CallerDialect } from '../../dialect-of.ts'
import type { ShowLimit } from '../limit-headers.ts'
import type { ServiceTier } from '../service-tier.ts'

/** What ordinary calls of one dialect have of their own; all else they share. */
export interface CallDialect {
  readonly name: CallerDialect
  /** Headers that the provider is to have too; refuses those that the dialect does not take. */
  passedHeaders(headers: IncomingHttpHeaders): PassedHeaders | undefined
  /** What a body asks for in the dialect's own words. It is one JSON object, and its model is known to be a name. */
  readWishes(body: CallBody): Wishes
  /** How a key is told what is left of a limit. */
  readonly showLimit: ShowLimit
  /** The answer of a call of the flex tier, as it is sent. */
  flexAnswer(body: Buffer): Buffer
  /** Whether a provider's error is one of the dialect already. */
  isError(json: object): boolean
  /** An error of the dialect around what a provider said. */
  errorAround(said: ProviderSaid): object
  /** An event that holds an error: clients of the dialect throw at it. */
  errorEvent(json: string): string
}

export type PassedHeaders = NonNullable<CallOrder['headers']>

export interface CallBody {
  readonly endpoint: string
  readonly bytes: Buffer
  readonly value: Readonly<Record<string, unknown>>
  readonly members: ReadonlyMap<string, MemberSpan>
  readonly isStream: boolean
  readonly headerTier: ServiceTier
  readonly passedHeaders: PassedHeaders | undefined
}

export interface Wishes {
  readonly tier: ServiceTier
  /** Usage is asked of the provider although the client did not ask for it. */
  readonly hidesUsage: boolean
  /** The most that the answer may have; undefined where the body does not say. */
  readonly outputTokens: number | undefined
  /** What only concerns us, or us and the provider. */
  readonly edits: readonly Edit[]
  /** The value of the body without what only concerns us. */
  readonly asked: CallBody['value']
}

export interface ProviderSaid {
  readonly status: number
  readonly message: string
  readonly requestId: string
}
