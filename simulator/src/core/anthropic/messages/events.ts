import type { Stream, StreamEvent } from '../../stream/stream.ts'
import { tokenTexts } from '../../tokens.ts'
import { errorBody, overloaded } from '../errors.ts'
import { usageSoFar } from '../usage.ts'
import { begunObject, blockObject, type Reply } from './object.ts'
import type { ContentBlock } from './spoken.ts'

/** The message in typed events: each block of it is opened, filled and closed; the usage so far comes at the end. */
export const messageStream = (reply: Reply): Stream => {
  const { content, stop, stopSequence, stopDetails } = reply.spoken
  const events: StreamEvent[] = []
  let tokens = 0
  const add = (type: string, fields: object): void => {
    events.push({ bytes: typedEvent(type, fields), tokens })
  }
  add('message_start', { message: begunObject(reply) })
  for (const [index, block] of content.entries()) {
    add('content_block_start', { index, content_block: emptied(block) })
    if (index === 0) add('ping', {})
    for (const { delta, tokens: more } of deltasOf(block)) {
      tokens += more
      add('content_block_delta', { index, delta })
    }
    add('content_block_stop', { index })
  }
  tokens = Math.max(tokens, reply.spoken.tokens)
  add('message_delta', {
    delta: { stop_reason: stop, stop_sequence: stopSequence, stop_details: stopDetails, container: null },
    usage: usageSoFar(reply.used),
  })
  add('message_stop', {})
  return { events, failure: () => failure }
}

const typedEvent = (type: string, fields: object): Buffer =>
  Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`)

const failure = Buffer.from(`event: error\ndata: ${errorBody(overloaded(), null, false)}\n\n`)

const emptied = (block: ContentBlock) => {
  switch (block.type) {
    case 'text':
      return blockObject({ ...block, text: '' })
    case 'thinking':
      return { ...block, thinking: '', signature: '' }
    case 'tool_use':
      return blockObject({ ...block, input: {} })
  }
}

interface Delta {
  readonly delta: object
  readonly tokens: number
}

const deltasOf = (block: ContentBlock): readonly Delta[] => {
  switch (block.type) {
    case 'text':
      return tokenTexts(block.text).map((text) => ({ delta: { type: 'text_delta', text }, tokens: 1 }))
    case 'thinking':
      return [
        ...tokenTexts(block.thinking).map((thinking) => ({
          delta: { type: 'thinking_delta', thinking },
          tokens: 1,
        })),
        { delta: { type: 'signature_delta', signature: block.signature }, tokens: 0 },
      ]
    case 'tool_use':
      return ['', ...tokenTexts(JSON.stringify(block.input))].map((json) => ({
        delta: { type: 'input_json_delta', partial_json: json },
        tokens: json === '' ? 0 : 1,
      }))
  }
}
