import { mergedTurns, type Turn } from '../../gemini/turns.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'
import { wantsSignatures } from '../../traits/gemini.ts'
import type { RequestContext } from '../../translation.ts'
import { toAssistantParts } from './assistant-blocks.ts'
import { textOf } from './text-blocks.ts'
import { toUserParts } from './user-blocks.ts'

export interface Conversation {
  readonly systemInstruction: JsonObject | undefined
  readonly contents: readonly Turn[]
}

export const toConversation = (
  fields: Fields,
  { model, media }: Pick<RequestContext, 'model' | 'media'>,
): Conversation => {
  const order = { wantsSignatures: wantsSignatures(model) }
  const system = [textOf(fields, 'system')]
  const turns: Turn[] = []
  /** The names of the tools that were used, by the ids of their uses. */
  const used = new Map<string, string>()
  if (fields.take('messages') === undefined) fields.refuse('messages', 'is required')
  for (const message of fields.objects('messages')) {
    const role = message.string('role')
    if (role === 'user') turns.push({ role: 'user', parts: toUserParts(message, media, used) })
    else if (role === 'assistant')
      turns.push({ role: 'model', parts: toAssistantParts(message, used, order) })
    else if (role === 'system') {
      message.report.moved(message.path, 'systemInstruction')
      system.push(textOf(message, 'content'))
    } else message.refuse('role', `must be user, assistant or system, and is ${shown(role)}`)
    message.dropRest()
  }
  const instruction = system.filter((text) => text !== '').join('\n\n')
  return {
    systemInstruction: instruction === '' ? undefined : { parts: [{ text: instruction }] },
    contents: mergedTurns(turns),
  }
}
