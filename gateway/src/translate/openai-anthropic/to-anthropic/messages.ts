import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'
import type { AnthropicTraits } from '../../traits/anthropic.ts'
import { toAssistantContent } from './assistant.ts'
import { SYSTEM_PARTS, toContent, USER_PARTS } from './content-parts.ts'
import type { Said } from './system.ts'
import { Turns } from './turns.ts'

export interface Conversation {
  readonly system: readonly Said[]
  readonly messages: readonly JsonObject[]
}

export const toConversation = (fields: Fields, traits: AnthropicTraits): Conversation => {
  if (fields.take('messages') === undefined) fields.refuse('messages', 'is required')
  const reading = new Reading(traits)
  for (const message of fields.objects('messages')) {
    reading.read(message)
    message.dropRest()
  }
  return { system: reading.system, messages: reading.turns.all() }
}

class Reading {
  readonly system: Said[] = []
  readonly turns = new Turns()
  readonly #traits: AnthropicTraits

  constructor(traits: AnthropicTraits) {
    this.#traits = traits
  }

  read(message: Fields): void {
    switch (message.take('role')) {
      case 'system':
      case 'developer':
        this.#readSystem(message)
        break
      case 'user':
        this.turns.addUser(toContent(message, USER_PARTS))
        break
      case 'assistant':
        this.turns.addAssistant(toAssistantContent(message))
        break
      case 'tool':
        this.#readResult(message)
        break
      default:
        message.refuse('role', 'must be system, developer, user, assistant or tool')
    }
  }

  #readSystem(message: Fields): void {
    const said = toContent(message, SYSTEM_PARTS)
    if (this.turns.isEmpty) {
      this.system.push(said)
    } else if (this.#traits.takesSystemTurns) {
      this.turns.addSystem(said)
    } else {
      this.system.push(said)
      message.report.moved(message.path, 'system')
    }
  }

  #readResult(message: Fields): void {
    const isEmpty = message.take('content') === undefined
    const result = present({
      type: 'tool_result',
      tool_use_id: message.requiredString('tool_call_id'),
      content: isEmpty ? undefined : toContent(message, USER_PARTS),
    })
    if (!this.turns.addResult(result)) return
    message.report.moved(message.path, 'before what the user says')
  }
}
