import type { Finish } from '../../../provider/gemini/finish.ts'
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
  readonly finish: Finish | undefined
  /** The provider's words for it. */
  readonly explanation: string | undefined
  readonly hasCalls: boolean
}

/** Why a message ended. Which stop sequence it was is not told by Gemini, nor whether it was one. */
export const toStop = ({ finish = 'done', explanation, hasCalls }: Stopped): JsonObject => ({
  stop_reason: finish === 'done' && hasCalls ? 'tool_use' : REASONS[finish],
  stop_sequence: null,
  stop_details: explanation === undefined ? null : { type: 'refusal', category: null, explanation },
})
