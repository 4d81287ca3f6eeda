import { isObject } from '../faults.ts'

type Body = Readonly<Record<string, unknown>>

/** What a version does not take, and what is to be said of it behind the name of the field. */
export const VERSION_RULES = {
  temperature: 'is not a parameter of version 2026-10-21, at its default value either',
  top_p: 'is not a parameter of version 2026-10-21, at its default value either',
  top_k: 'is not a parameter of version 2026-10-21, at its default value either',
  document: 'is a document in a message of the assistant, which version 2026-10-21 does not take',
  citations: 'must be empty in a message of the user: the call is of version 2026-10-21',
} as const

export type VersionRule = keyof typeof VERSION_RULES

export interface VersionFault {
  readonly rule: VersionRule
  /** Where it is broken first. */
  readonly field: string
}

const GONE = ['temperature', 'top_p', 'top_k'] as const

/** What of a body the named version does not take; the versions before 2026-10-21 take all of it. */
export const versionFault = (version: string | undefined, body: Body): VersionFault | undefined => {
  if (version !== '2026-10-21') return undefined
  const gone = GONE.find((name) => body[name] !== undefined)
  return gone === undefined ? messagesFault(body.messages) : { rule: gone, field: gone }
}

const messagesFault = (messages: unknown): VersionFault | undefined => {
  for (const [at, message] of listOf(messages).entries()) {
    if (!isObject(message)) continue
    for (const [place, block] of listOf(message.content).entries()) {
      const field = `messages[${at}].content[${place}]`
      const fault = isObject(block) ? blockFault(block, { field, role: message.role }) : undefined
      if (fault) return fault
    }
  }
  return undefined
}

const blockFault = (
  block: Body,
  { field, role }: { field: string; role: unknown },
): VersionFault | undefined => {
  if (role === 'assistant' && block.type === 'document') return { rule: 'document', field }
  const hasCitations = role === 'user' && block.type === 'text' && listOf(block.citations).length > 0
  return hasCitations ? { rule: 'citations', field: `${field}.citations` } : undefined
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
