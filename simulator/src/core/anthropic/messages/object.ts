import { type Used, usageObject } from '../usage.ts'
import type { ContentBlock, Spoken } from './spoken.ts'

/** Everything that differs from one message to the next. */
export interface Reply {
  readonly id: string
  readonly model: string
  readonly spoken: Spoken
  readonly used: Used
}

export const messageObject = (reply: Reply) => {
  const { stop, stopSequence, stopDetails, content } = reply.spoken
  return {
    ...frameOf(reply),
    content: content.map(blockObject),
    stop_reason: stop,
    stop_sequence: stopSequence,
    stop_details: stopDetails,
    container: null,
    diagnostics: null,
    usage: usageObject(reply.used),
  }
}

/** As a stream begins: nothing is said yet but a first token that nobody sees. */
export const begunObject = (reply: Reply) => ({
  ...frameOf(reply),
  content: [],
  stop_reason: null,
  stop_sequence: null,
  stop_details: null,
  container: null,
  diagnostics: null,
  usage: usageObject({ ...reply.used, output: Math.min(1, reply.used.output), thinking: 0 }),
})

export const blockObject = (block: ContentBlock) => {
  if (block.type === 'text') return { ...block, citations: null }
  return block.type === 'tool_use' ? { ...block, caller: { type: 'direct' } } : block
}

const frameOf = ({ id, model }: Reply) => ({ id, type: 'message', role: 'assistant', model })
