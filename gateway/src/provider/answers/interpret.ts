import type { CallAnswer, CallBroken, CallOutcome } from '../call.ts'
import type { Failure, FailureClass } from '../failure.ts'
import type { Verdict } from '../verdict.ts'
import { errorText } from './error-text.ts'
import { readAnswer } from './read-answer.ts'
import type { ReadAnswer, Reading } from './reading.ts'
import { retryAfterMs } from './retry-after.ts'

/** What differs from one provider to the next in what comes back. */
export interface AnswerFormat {
  /** By endpoint: who reads its successes. */
  readonly readers: ReadonlyMap<string, ReadAnswer>
  /** What an answer with a status other than 2xx means; `text` is its body. */
  refusal(status: number, text: string): Refusal
}

export interface Refusal {
  readonly class: FailureClass
  /** Undefined where the body says none. */
  readonly code: string | undefined
  readonly message: string | undefined
  /** How long the body asks to wait; before what the headers say. */
  readonly retryAfterMs?: number | undefined
}

/** Reads what a call came to, as every provider's is read. Pure, and never throws. */
export const interpreterOf =
  (format: AnswerFormat) =>
  (outcome: CallOutcome, endpoint: string): Verdict => {
    if (outcome.kind === 'broken') return broken(outcome)
    const { status } = outcome
    return status >= 200 && status < 300 ? completed(format, outcome, endpoint) : refused(format, outcome)
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

const refused = (format: AnswerFormat, answer: CallAnswer): Failure => {
  const text = errorText(answer.body)
  const refusal = format.refusal(answer.status, text)
  return {
    kind: 'failure',
    class: refusal.class,
    status: answer.status,
    code: refusal.code ?? `http_${answer.status}`,
    message: refusal.message ?? `the provider answered with status ${answer.status}`,
    ...waitOf(answer, refusal.retryAfterMs),
    ...(text === '' ? {} : { providerError: text }),
  }
}

const completed = ({ readers }: AnswerFormat, answer: CallAnswer, endpoint: string): Verdict => {
  const reader = readers.get(endpoint)
  const read = reader ? readAnswer(answer, reader) : unknownEndpoint(endpoint, [...readers.keys()])
  if (read.kind === 'answer') {
    return { kind: 'success', answer: read.answer, reply: answer, json: read.json }
  }
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

const unknownEndpoint = (endpoint: string, known: readonly string[]): Reading => ({
  kind: 'bad',
  class: 'bad_request',
  code: 'unknown_endpoint',
  message: `answers of ${endpoint} cannot be read; those of ${known.join(', ')} can`,
})

const waitOf = (answer: CallAnswer, said?: number): { retryAfterMs?: number } => {
  const ms = said ?? retryAfterMs(answer.headers)
  return ms === undefined ? {} : { retryAfterMs: ms }
}
