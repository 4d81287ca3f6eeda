import type { Finish } from '../../gemini/finish.ts'

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'

const REASONS: Readonly<Record<Finish, FinishReason>> = {
  done: 'stop',
  limit: 'length',
  filtered: 'content_filter',
  paused: 'stop',
  broken_call: 'stop',
  other: 'stop',
}

/** Gemini ends an answer with calls as any other. */
export const toFinishReason = (finish: Finish, order: { readonly hasCalls: boolean }): FinishReason =>
  finish === 'done' && order.hasCalls ? 'tool_calls' : REASONS[finish]
