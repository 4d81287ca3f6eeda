import { isError, type ProviderError } from '../provider-error.ts'
import { isRecord } from '../record.ts'
import { type Block, readContent } from './blocks.ts'
import { invalidRequest } from './errors.ts'
import { required, wrong } from './fields.ts'

export interface Turn {
  readonly role: string
  readonly blocks: readonly Block[]
}

const roles: readonly unknown[] = ['user', 'assistant', 'system']

/** The turns in order; those of one role that follow each other are one. */
export const readTurns = (messages: unknown, isStrict: boolean): readonly Turn[] | ProviderError => {
  if (messages === undefined) return required('messages')
  if (!Array.isArray(messages)) return wrong('messages', 'Input should be a valid list')
  if (messages.length === 0) return wrong('messages', 'at least one message is required')
  const turns: Turn[] = []
  for (const [number, message] of messages.entries()) {
    const turn = readTurn(message, `messages.${number}`, isStrict)
    if (isError(turn)) return turn
    if (turn.blocks.length === 0 && !(turn.role === 'assistant' && number === messages.length - 1))
      return wrong(
        `messages.${number}`,
        'all messages must have non-empty content except for the optional final assistant message',
      )
    const before = turns.at(-1)
    if (before?.role === turn.role) turns[turns.length - 1] = joined(before, turn)
    else turns.push(turn)
  }
  return orderError(turns) ?? turns
}

const joined = (one: Turn, other: Turn): Turn => ({ ...one, blocks: [...one.blocks, ...other.blocks] })

const readTurn = (message: unknown, at: string, isStrict: boolean): Turn | ProviderError => {
  if (!isRecord(message)) return wrong(at, 'Input should be a valid dictionary')
  const { role, content, ...others } = message
  if (typeof role !== 'string' || !roles.includes(role))
    return wrong(`${at}.role`, "Input should be 'user', 'assistant' or 'system'")
  const [stranger] = Object.keys(others)
  if (stranger !== undefined) return wrong(`${at}.${stranger}`, 'Extra inputs are not permitted')
  const blocks = readContent(content, { at: `${at}.content`, role, isStrict })
  return isError(blocks) ? blocks : { role, blocks }
}

/** A user begins; each call of a tool is answered in the turn after it, and nothing else is. */
const orderError = (turns: readonly Turn[]): ProviderError | undefined => {
  const talk = turns.filter(({ role }) => role !== 'system')
  if (talk[0]?.role !== 'user') return wrong('messages', 'first message must use the "user" role')
  for (const [number, turn] of talk.entries()) {
    const asked = idsOf(turn, 'tool_use')
    const answered = idsOf(talk[number + 1], 'tool_result')
    const open = asked.filter((id) => !answered.includes(id))
    if (open.length > 0)
      return invalidRequest(
        `messages.${number}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      )
    const before = idsOf(talk[number - 1], 'tool_use')
    const strange = idsOf(turn, 'tool_result').find((id) => !before.includes(id))
    if (strange !== undefined)
      return invalidRequest(
        `messages.${number}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${strange}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
      )
  }
  return undefined
}

const idsOf = (turn: Turn | undefined, type: string): readonly string[] =>
  (turn?.blocks ?? []).flatMap((block) =>
    block.type === type && block.toolUseId !== undefined ? block.toolUseId : [],
  )
