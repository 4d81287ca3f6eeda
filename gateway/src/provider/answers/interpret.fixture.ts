import type { CallAnswer, CallOutcome } from '../call.ts'
import type { Failure } from '../failure.ts'
import type { Answer, Verdict } from '../verdict.ts'

export const answer = (body: Buffer | string, more: Partial<CallAnswer> = {}): CallAnswer => ({
  kind: 'answer',
  status: 200,
  headers: new Map([['content-type', 'application/json; charset=utf-8']]),
  body: Buffer.from(body),
  firstByteMs: 1,
  totalMs: 2,
  ...more,
})

/** What comes of answers; each throws where the verdict is the other one. */
export const reading = (interpret: (outcome: CallOutcome) => Verdict) => ({
  answerOf(body: object | string): Answer {
    const reply = answer(typeof body === 'string' ? body : JSON.stringify(body, null, 2))
    const verdict = interpret(reply)
    if (verdict.kind === 'failure') throw new Error(verdict.message)
    if (verdict.reply !== reply) throw new Error('it names another reply')
    return verdict.answer
  },
  failureOf(outcome: CallOutcome | object): Failure {
    const whole = 'kind' in outcome ? (outcome as CallOutcome) : answer(JSON.stringify(outcome))
    const verdict = interpret(whole)
    if (verdict.kind === 'success') throw new Error('it succeeded')
    return verdict
  },
})
