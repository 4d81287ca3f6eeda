import { isObject, type JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'
import type { AnthropicTraits } from '../../traits/anthropic.ts'
import { assistantToAnthropic } from './assistant.ts'
import { contentToAnthropic, SYSTEM_PARTS, USER_PARTS } from './content-parts.ts'
import type { Said } from './system.ts'
import { Turns } from './turns.ts'

export interface Conversation {
  readonly system: readonly Said[]
  readonly messages: readonly JsonObject[]
}

export const messagesToAnthropic = (
  messages: unknown,
  traits: AnthropicTraits,
  report: Report,
): Conversation => {
  if (!Array.isArray(messages)) {
    report.refuse('messages', 'must be a list of messages.')
    return { system: [], messages: [] }
  }
  const reading = new Reading(traits, report)
  for (const [at, message] of messages.entries()) reading.read(message, `messages[${at}]`)
  return { system: reading.system, messages: reading.turns.all() }
}

class Reading {
  readonly system: Said[] = []
  readonly turns = new Turns()
  readonly #traits: AnthropicTraits
  readonly #report: Report

  constructor(traits: AnthropicTraits, report: Report) {
    this.#traits = traits
    this.#report = report
  }

  read(message: unknown, path: string): void {
    if (!isObject(message)) {
      this.#report.refuse(path, 'must be a message.')
      return
    }
    switch (message.role) {
      case 'system':
      case 'developer':
        this.#readSystem(message, path)
        break
      case 'user':
        this.#readUser(message, path)
        break
      case 'assistant':
        this.turns.addAssistant(assistantToAnthropic(message, path, this.#report))
        break
      case 'tool':
        this.#readToolResult(message, path)
        break
      default:
        this.#report.refuse(`${path}.role`, 'must be system, developer, user, assistant or tool.')
    }
  }

  #readSystem(message: JsonObject, path: string): void {
    const said = this.#contentOf(message, path, SYSTEM_PARTS)
    this.#dropName(message, path)
    if (this.turns.isEmpty) this.system.push(said)
    else if (this.#traits.takesSystemTurns) this.turns.addSystem(said)
    else {
      this.#report.moved(path, 'system')
      this.system.push(said)
    }
  }

  #readUser(message: JsonObject, path: string): void {
    this.turns.addUser(this.#contentOf(message, path, USER_PARTS))
    this.#dropName(message, path)
  }

  #readToolResult(message: JsonObject, path: string): void {
    const content = isGiven(message.content) ? this.#contentOf(message, path, USER_PARTS) : undefined
    const isMoved = this.turns.addResult({ type: 'tool_result', tool_use_id: message.tool_call_id, content })
    if (isMoved) this.#report.moved(path, 'before what the user says')
    this.#report.dropUnknown(message, TOOL_FIELDS, path)
  }

  #contentOf(message: JsonObject, path: string, allowed: ReadonlySet<string>): Said {
    return contentToAnthropic(message.content, { path: `${path}.content`, allowed }, this.#report)
  }

  #dropName(message: JsonObject, path: string): void {
    if (isGiven(message.name)) this.#report.dropped(`${path}.name`, message.name)
    this.#report.dropUnknown(message, MESSAGE_FIELDS, path)
  }
}

const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['role', 'content', 'name'])
const TOOL_FIELDS: ReadonlySet<string> = new Set(['role', 'content', 'tool_call_id'])
