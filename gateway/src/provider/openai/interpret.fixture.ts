import type { CallAnswer, CallOutcome } from '../call.ts'
import type { Failure } from '../failure.ts'
import type { Answer } from '../verdict.ts'
import { interpret } from './interpret.ts'

export const answer = (body: Buffer | string, more: Partial<CallAnswer> = {}): CallAnswer => ({
  kind: 'answer',
  status: 200,
  headers: new Map([['content-type', 'application/json; charset=utf-8']]),
  body: Buffer.from(body),
  firstByteMs: 1,
  totalMs: 2,
  ...more,
})

/** What comes of this endpoint's answers; each throws where the verdict is the other one. */
export const openai = (endpoint: string) => ({
  answerOf(body: object | string): Answer {
    const reply = answer(typeof body === 'string' ? body : JSON.stringify(body, null, 2))
    const verdict = interpret(reply, endpoint)
    if (verdict.kind === 'failure') throw new Error(verdict.message)
    if (verdict.reply !== reply) throw new Error('it names another reply')
    return verdict.answer
  },
  failureOf(outcome: CallOutcome | object): Failure {
    const whole = 'kind' in outcome ? (outcome as CallOutcome) : answer(JSON.stringify(outcome))
    const verdict = interpret(whole, endpoint)
    if (verdict.kind === 'success') throw new Error('it succeeded')
    return verdict
  },
})
