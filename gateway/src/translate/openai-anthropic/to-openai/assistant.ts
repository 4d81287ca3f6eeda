import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { jsonText } from '../../reading/json-text.ts'
import { present } from '../../reading/present.ts'
import { loseCitations } from './content-blocks.ts'
import type { ContentContext } from './content-context.ts'

/** A turn of the model: one text, what it thought where that can be sent back, and its calls. */
export const toAssistant = (content: string | readonly Fields[], context: ContentContext): JsonObject => {
  if (typeof content === 'string') return { role: 'assistant', content }
  const turn = new Turn()
  for (const block of content) {
    readBlock(block, turn, context)
    block.dropRest()
  }
  return present({
    role: 'assistant',
    content: turn.texts.length > 0 ? turn.texts.join('') : null,
    reasoning_content: turn.thoughts.length > 0 ? turn.thoughts.join('') : undefined,
    tool_calls: turn.calls.length > 0 ? turn.calls : undefined,
  })
}

class Turn {
  readonly texts: string[] = []
  readonly thoughts: string[] = []
  readonly calls: JsonObject[] = []
}

const readBlock = (block: Fields, turn: Turn, { traits }: ContentContext): void => {
  block.approximate('cache_control', 'automatic caching')
  switch (block.take('type')) {
    case 'text':
      if (turn.calls.length > 0) block.report.moved(block.path, 'before the calls')
      turn.texts.push(block.requiredString('text'))
      loseCitations(block)
      break
    case 'tool_use':
      turn.calls.push(toCall(block))
      break
    case 'thinking':
      if (traits.showsReasoning) turn.thoughts.push(toThought(block))
      else dropThought(block, 'thinking')
      break
    case 'redacted_thinking':
      dropThought(block, 'data')
      break
    default:
      block.refuse('type', 'must be text, thinking, redacted_thinking or tool_use for this model')
  }
}

/** Only Anthropic signs what its models think. */
const toThought = (block: Fields): string => {
  if (block.take('signature') !== '') block.drop('signature')
  return block.requiredString('thinking')
}

/** One entry for the block; a signature alone would say nothing. */
const dropThought = (block: Fields, member: string): void => {
  block.take(member)
  block.ignore('signature')
  block.report.dropped(block.path, block.take('type'))
}

const toCall = (block: Fields): JsonObject => {
  const caller = block.object('caller')
  if (caller?.take('type') !== 'direct') block.drop('caller')
  return {
    id: block.requiredString('id'),
    type: 'function',
    function: { name: block.requiredString('name'), arguments: jsonText(block.take('input') ?? {}) },
  }
}
