import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { toAssistant } from './assistant.ts'
import { contentOf, toTextParts } from './content-blocks.ts'
import type { ContentContext } from './content-context.ts'
import { toUserMessages } from './user-turn.ts'

export interface MessagesContext extends ContentContext {
  /** Said after the system prompt. */
  readonly instruction: string | undefined
}

export const toMessages = (fields: Fields, context: MessagesContext): readonly JsonObject[] => {
  if (fields.take('messages') === undefined) fields.refuse('messages', 'is required')
  const turns = fields.objects('messages')
  const last = turns.at(-1)
  // Another model begins anew where Claude would go on.
  if (last?.take('role') === 'assistant') {
    last.report.changed(last.path, 'approximated', {
      from: 'the beginning of the answer',
      to: 'an earlier answer',
    })
  }
  return [...systemMessages(fields, context), ...turns.flatMap((turn) => toTurn(turn, context))]
}

const systemMessages = (fields: Fields, context: MessagesContext): readonly JsonObject[] => {
  const given = fields.take('system') === undefined ? [] : [systemMessage(fields, 'system', context)]
  const { instruction } = context
  return instruction === undefined ? given : [...given, { role: 'system', content: instruction }]
}

const systemMessage = (fields: Fields, name: string, context: ContentContext): JsonObject => {
  const content = contentOf(fields, name)
  return { role: 'system', content: typeof content === 'string' ? content : toTextParts(content, context) }
}

const toTurn = (turn: Fields, context: ContentContext): readonly JsonObject[] => {
  const messages = byRole(turn, context)
  turn.dropRest()
  return messages
}

const byRole = (turn: Fields, context: ContentContext): readonly JsonObject[] => {
  switch (turn.take('role')) {
    case 'user':
      return toUserMessages(contentOf(turn, 'content'), context)
    case 'assistant':
      return [toAssistant(contentOf(turn, 'content'), context)]
    case 'system':
      return [systemMessage(turn, 'content', context)]
    default:
      turn.refuse('role', 'must be user, assistant or system')
      return []
  }
}
