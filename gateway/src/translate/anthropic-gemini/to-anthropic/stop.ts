import { type Finish, knownFinishOf } from '../../../provider/gemini/finish.ts'
import type { JsonObject } from '../../json.ts'

const REASONS: Readonly<Record<Finish, string>> = {
  done: 'end_turn',
  limit: 'max_tokens',
  filtered: 'refusal',
  paused: 'pause_turn',
  broken_call: 'end_turn',
  other: 'end_turn',
}

export interface Stopped {
  /** In Gemini's words. */
  readonly finishReason: string | undefined
  readonly explanation: string | undefined
  readonly hasCalls: boolean
}

/** Why a message ended. Which stop sequence it was is not told by Gemini, nor whether it was one. */
export const toStop = ({ finishReason = 'STOP', explanation, hasCalls }: Stopped): JsonObject => ({
  stop_reason: toReason(finishReason, hasCalls),
  stop_sequence: null,
  stop_details: explanation === undefined ? null : { type: 'refusal', category: null, explanation },
})

/** A reason that is not known stays as it is. */
const toReason = (finishReason: string, hasCalls: boolean): string => {
  const finish = knownFinishOf(finishReason)
  if (finish === undefined) return finishReason
  return finish === 'done' && hasCalls ? 'tool_use' : REASONS[finish]
}
