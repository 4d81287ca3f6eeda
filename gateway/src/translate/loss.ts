/**
 * What became of a field that the provider's format has no exact word for.
 *
 * - `dropped`: it is not sent. `clamped`: another value is sent. Both change what is asked, so that a request
 *   with such a field is refused unless its caller wants it nevertheless (`lossy: "warn"`).
 * - `moved`: it is said at another place. `defaulted`: the provider wants what the request does not say.
 *   `approximated`: it is said in the provider's own, coarser words. All three are reported.
 */
export type LossAction = 'dropped' | 'clamped' | 'moved' | 'defaulted' | 'approximated'

/** What becomes of a request with a field that is dropped or clamped. */
export type Lossy = 'refuse' | 'warn'

export interface Loss {
  /** A dotted path in the caller's format, list positions in brackets: `messages[2].name`. */
  readonly field: string
  readonly action: LossAction
  /** What the caller gave, and what is sent instead; short, for people to read. */
  readonly from?: string
  readonly to?: string
}
