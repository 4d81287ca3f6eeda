import { type Finish, knownFinishOf } from './finish.ts'

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'

const REASONS: Readonly<Record<Finish, FinishReason>> = {
  done: 'stop',
  limit: 'length',
  filtered: 'content_filter',
  paused: 'stop',
  broken_call: 'stop',
  other: 'stop',
}

/** The word of chat completions. Gemini ends an answer with calls as any other. */
export const toFinishReason = (finish: Finish, order: { readonly hasCalls: boolean }): FinishReason =>
  finish === 'done' && order.hasCalls ? 'tool_calls' : REASONS[finish]

/** The same of Gemini's own word; one that is not known stays as it is. */
export const finishReasonOf = (reason: string, hasCalls: boolean): string => {
  const finish = knownFinishOf(reason)
  return finish === undefined ? reason : toFinishReason(finish, { hasCalls })
}
