/** What a provider says when it refuses; its maker puts it into the provider's own envelope. */
export interface ProviderError {
  readonly status: number
  readonly type: string
  readonly message: string
  /** What the tape calls it, instead of its type. */
  readonly code?: string | null
  /** The field that is wrong, where the provider names it apart from its message. */
  readonly param?: string | null
  /** What else the envelope holds. */
  readonly details?: unknown
  /** Whole seconds for `retry-after`, on a refusal whose end the provider knows. */
  readonly retryAfterSeconds?: number
}

/** Nothing else of what the functions give back that may refuse has a status. */
export const isError = (value: object): value is ProviderError => 'status' in value
