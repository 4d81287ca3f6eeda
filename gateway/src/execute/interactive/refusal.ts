import type { Answered, Refused } from '../../interactive/interactive-call.ts'
import type { CallOutcome } from '../../provider/call.ts'
import type { Failure, FailureClass } from '../../provider/failure.ts'

/** The last try that failed. */
export interface FailedTry {
  readonly failure: Failure
  /** Undefined where nothing was sent: the request cannot be put into the provider's format. */
  readonly outcome?: CallOutcome
}

/** Whose fault it is, where it is not for the provider's own answer to say. */
const REASONS: Partial<Record<FailureClass, Refused['reason']>> = {
  key_refused: 'closed',
  quota_exhausted: 'closed',
  model_missing: 'closed',
  timeout: 'timeout',
}

/**
 * What the caller is told when the last try has failed: the provider's own error as it came, unless it speaks
 * of our deployment (a refused key must not look like the caller's), or there is none.
 */
export const refusalOf = ({ failure, outcome }: FailedTry): Answered | Refused => {
  if (!outcome) return { kind: 'refused', reason: 'untranslatable', message: failure.message }
  const reason = REASONS[failure.class]
  if (reason === undefined && outcome.kind === 'answer' && isPassedOn(failure, outcome.status)) {
    const { status, headers, body } = outcome
    return { kind: 'answered', status, headers, body }
  }
  return {
    kind: 'refused',
    reason: reason ?? 'failed',
    message: messageOf(failure),
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
    ...(outcome.kind === 'answer' ? { headers: outcome.headers } : {}),
  }
}

/** An error status; or a success whose body says that the request is what cannot be answered. */
const isPassedOn = (failure: Failure, status: number): boolean =>
  status >= 400 || failure.class === 'bad_request'

const TEXT_SHOWN = 1_000

const messageOf = ({ class: kind, status, message, providerError }: Failure): string => {
  const said = providerError ?? message
  const answered = status === undefined ? '' : ` (status ${status})`
  return `${OUR_WORDS[kind] ?? 'The provider gave no usable answer'}${answered}: ${said.slice(0, TEXT_SHOWN)}`
}

const OUR_WORDS: Partial<Record<FailureClass, string>> = {
  key_refused: 'The provider refuses the key of this installation',
  quota_exhausted: "This installation's credit or quota at the provider is used up",
  model_missing: 'The provider does not know the model that this installation asks it for',
  timeout: 'The provider did not answer in time',
  connection: 'The provider could not be reached, or broke off',
}
