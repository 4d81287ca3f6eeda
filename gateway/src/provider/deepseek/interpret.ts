import { interpreterOf } from '../answers/interpret.ts'
import type { CallAnswer, CallOutcome } from '../call.ts'
import type { Failure } from '../failure.ts'
import { readChat } from '../openai/read-chat.ts'
import type { Verdict } from '../verdict.ts'
import { refusal } from './refusal.ts'

export const CHAT = '/v1/chat/completions'

/** What a call came to. Pure, and never throws. */
export const interpret = (outcome: CallOutcome, endpoint: string): Verdict =>
  outcome.kind === 'answer' && isNothingButWaiting(outcome) ? NO_PLACE : read(outcome, endpoint)

const read = interpreterOf({ readers: new Map([[CHAT, readChat]]), refusal })

/**
 * A call that waits for a free place has its status, 200, from the beginning, and gets an empty line now and then.
 * After ten minutes without a place the answer ends there.
 */
const isNothingButWaiting = ({ status, body }: CallAnswer): boolean =>
  status === 200 && body.length > 0 && body.every((byte) => BLANKS.has(byte))

const BLANKS: ReadonlySet<number> = new Set(Buffer.from('\n\r\t '))

const NO_PLACE: Failure = {
  kind: 'failure',
  class: 'throttled',
  status: 200,
  code: 'closed_while_waiting',
  message: 'the provider ended the call before it had a free place for it',
}
