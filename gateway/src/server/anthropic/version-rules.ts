import { isObject } from '../../intake/faults.ts'
import { ApiError } from '../errors.ts'

type Body = Readonly<Record<string, unknown>>

const GONE = ['temperature', 'top_p', 'top_k']

/** Refuses a body with what the named version does not take; the versions before 2026-10-21 take all of it. */
export const requireTakenBy = (version: string | undefined, body: Body): void => {
  if (version !== '2026-10-21') return
  for (const name of GONE) {
    if (body[name] !== undefined)
      throw notTaken(name, 'is not a parameter of it, at its default value either')
  }
  for (const [at, message] of listOf(body.messages).entries()) {
    if (!isObject(message)) continue
    for (const [place, block] of listOf(message.content).entries()) {
      const field = `messages[${at}].content[${place}]`
      if (isObject(block)) requireBlockTaken(block, { field, role: message.role })
    }
  }
}

const requireBlockTaken = (block: Body, { field, role }: { field: string; role: unknown }): void => {
  if (role === 'assistant' && block.type === 'document') {
    throw notTaken(field, 'is a document in a message of the assistant, which it does not take')
  }
  if (role === 'user' && block.type === 'text' && listOf(block.citations).length > 0) {
    throw notTaken(`${field}.citations`, 'must be empty in a message of the user')
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const notTaken = (field: string, why: string): ApiError =>
  new ApiError('invalid_value', `'${field}' ${why}: the call is of version 2026-10-21.`, { field })
