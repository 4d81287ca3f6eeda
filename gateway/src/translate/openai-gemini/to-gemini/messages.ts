import { mergedTurns, type Turn } from '../../gemini/turns.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { shown } from '../../report.ts'
import { wantsSignatures } from '../../traits/gemini.ts'
import type { RequestContext } from '../../translation.ts'
import { toAssistantParts } from './assistant-message.ts'
import { mediaResolutionOf, toUserParts } from './parts.ts'
import { textOf } from './text-content.ts'
import { toFunctionResponse } from './tool-message.ts'

export interface Conversation {
  readonly systemInstruction: JsonObject | undefined
  readonly contents: readonly Turn[]
  readonly mediaResolution: string | undefined
}

export const toConversation = (
  fields: Fields,
  { model, media }: Pick<RequestContext, 'model' | 'media'>,
): Conversation => {
  const order = { wantsSignatures: wantsSignatures(model) }
  const system: string[] = []
  const turns: Turn[] = []
  const details: string[] = []
  /** The names of the functions that were called, by the ids of the calls. */
  const called = new Map<string, string>()
  if (fields.take('messages') === undefined) fields.refuse('messages', 'is required')
  for (const message of fields.objects('messages')) {
    const role = message.string('role')
    if (role === 'system' || role === 'developer') {
      if (turns.length > 0) {
        message.report.moved(message.path, 'systemInstruction')
      }
      system.push(textOf(message))
    } else if (role === 'user') turns.push({ role: 'user', parts: toUserParts(message, media, details) })
    else if (role === 'assistant')
      turns.push({ role: 'model', parts: toAssistantParts(message, called, order) })
    else if (role === 'tool') turns.push({ role: 'user', parts: toFunctionResponse(message, called) })
    else message.refuse('role', `must be system, developer, user, assistant or tool, and is ${shown(role)}`)
    message.dropRest()
  }
  const instruction = system.filter((text) => text !== '').join('\n\n')
  return {
    systemInstruction: instruction === '' ? undefined : { parts: [{ text: instruction }] },
    contents: mergedTurns(turns),
    mediaResolution: mediaResolutionOf(details),
  }
}
