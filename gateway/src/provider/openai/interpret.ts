import type { CallAnswer, CallBroken, CallOutcome } from '../call.ts'
import type { Failure, FailureClass } from '../failure.ts'
import type { Verdict } from '../verdict.ts'
import { classifyStatus } from './classify.ts'
import { errorText, readErrorBody } from './error-body.ts'
import { readCompletion } from './read-completion.ts'
import { retryAfterMs } from './retry-after.ts'

/** What a chat completion's call came to. Pure, and never throws. */
export const interpret = (outcome: CallOutcome): Verdict => {
  if (outcome.kind === 'broken') return broken(outcome)
  const { status } = outcome
  return status >= 200 && status < 300 ? completed(outcome) : refused(outcome)
}

const BROKEN_CLASS: Readonly<Record<CallBroken['cause'], FailureClass>> = {
  connect: 'connection',
  reset: 'connection',
  first_byte_timeout: 'timeout',
  total_timeout: 'timeout',
  too_large: 'too_large_answer',
  aborted: 'aborted',
}

const broken = ({ cause, message }: CallBroken): Failure => ({
  kind: 'failure',
  class: BROKEN_CLASS[cause],
  code: cause,
  message,
})

const refused = (answer: CallAnswer): Failure => {
  const text = errorText(answer.body)
  const error = readErrorBody(text)
  return {
    kind: 'failure',
    class: classifyStatus(answer.status, error),
    status: answer.status,
    code: error.code ?? error.type ?? `http_${answer.status}`,
    message: error.message ?? `the provider answered with status ${answer.status}`,
    ...waitOf(answer),
    ...(text === '' ? {} : { providerError: text }),
  }
}

const completed = (answer: CallAnswer): Verdict => {
  const read = readCompletion(answer)
  if (read.kind === 'answer') return { kind: 'success', answer: read.answer }
  const text = errorText(answer.body)
  return {
    kind: 'failure',
    class: read.class,
    status: answer.status,
    code: read.code,
    message: read.message,
    ...waitOf(answer),
    ...(text.trim() === '' ? {} : { providerError: text }),
  }
}

const waitOf = (answer: CallAnswer): { retryAfterMs?: number } => {
  const ms = retryAfterMs(answer.headers)
  return ms === undefined ? {} : { retryAfterMs: ms }
}
