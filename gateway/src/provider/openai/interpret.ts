import type { CallAnswer, CallBroken, CallOutcome } from '../call.ts'
import type { Failure, FailureClass } from '../failure.ts'
import type { Verdict } from '../verdict.ts'
import { classifyStatus } from './classify.ts'
import { ENDPOINTS } from './endpoints.ts'
import { errorText, readErrorBody } from './error-body.ts'
import { readAnswer } from './read-answer.ts'
import type { Reading } from './reading.ts'
import { retryAfterMs } from './retry-after.ts'

/** What a call to this endpoint came to. Pure, and never throws. */
export const interpret = (outcome: CallOutcome, endpoint: string): Verdict => {
  if (outcome.kind === 'broken') return broken(outcome)
  const { status } = outcome
  return status >= 200 && status < 300 ? completed(outcome, endpoint) : refused(outcome)
}

const BROKEN_CLASS: Readonly<Record<CallBroken['cause'], FailureClass>> = {
  connect: 'connection',
  reset: 'connection',
  first_byte_timeout: 'timeout',
  idle_timeout: 'timeout',
  total_timeout: 'timeout',
  too_large: 'too_large_answer',
  aborted: 'aborted',
  closed: 'aborted',
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

const completed = (answer: CallAnswer, endpoint: string): Verdict => {
  const reader = ENDPOINTS.get(endpoint)?.read
  const read = reader ? readAnswer(answer, reader) : unknownEndpoint(endpoint)
  if (read.kind === 'answer') return { kind: 'success', answer: read.answer, reply: answer }
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

const unknownEndpoint = (endpoint: string): Reading => ({
  kind: 'bad',
  class: 'bad_request',
  code: 'unknown_endpoint',
  message: `answers of ${endpoint} cannot be read; those of ${[...ENDPOINTS.keys()].join(', ')} can`,
})

const waitOf = (answer: CallAnswer): { retryAfterMs?: number } => {
  const ms = retryAfterMs(answer.headers)
  return ms === undefined ? {} : { retryAfterMs: ms }
}
