import type { Message } from '../../prompt.ts'
import { isError, type ProviderError } from '../../provider-error.ts'
import type { Body } from '../../record.ts'
import { invalidArgument } from '../errors.ts'
import { recordsIn, textIn } from '../proto/narrow.ts'
import { type PartRead, readPart } from './parts.ts'

/** What was said so far, as the model reads it; `at` is where it stands in the request. */
export const readContents = (contents: unknown, at: string): readonly Message[] | ProviderError => {
  const list = recordsIn(contents)
  if (list.length === 0) return invalidArgument(`* ${at}.contents: contents is not specified\n`)
  const turns: Turn[] = []
  for (const [index, content] of list.entries()) {
    const turn = readTurn(content, `${at}.contents[${index}]`)
    if (isError(turn)) return turn
    turns.push(turn)
  }
  return wrongTurn(turns) ?? turns.map(({ message }) => message)
}

export const readSystemInstruction = (content: Body, at: string): readonly Message[] | ProviderError => {
  const turn = readTurn({ ...content, role: '' }, `${at}.system_instruction`)
  return isError(turn) ? turn : [{ ...turn.message, role: 'system' }]
}

interface Turn {
  readonly message: Message
  readonly calls: number
  readonly responses: number
}

const roles = new Set(['', 'user', 'model', 'function'])

const readTurn = ({ role, parts }: Body, at: string): Turn | ProviderError => {
  const name = textIn(role)
  if (!roles.has(name)) return invalidArgument('Please use a valid role: user, model.')
  const list = recordsIn(parts)
  if (list.length === 0) return invalidArgument(`* ${at}.parts: contents.parts must not be empty.\n`)
  const read: PartRead[] = []
  for (const [index, part] of list.entries()) {
    const one = readPart(part, `${at}.parts[${index}]`)
    if (isError(one)) return one
    read.push(one)
  }
  const texts = read.flatMap(({ text }) => text ?? [])
  const count = (kind: PartRead['kind']): number => read.filter((part) => part.kind === kind).length
  const message = {
    role: name === '' ? 'user' : name,
    name: '',
    text: texts.join('\n'),
    images: count('media'),
  }
  return { message, calls: count('call'), responses: count('response') }
}

/** The results of all calls of a turn come together in the next one. */
const wrongTurn = (turns: readonly Turn[]): ProviderError | undefined => {
  const wrong = turns.some(({ responses }, index) => {
    const before = turns[index - 1]
    const calls = before?.message.role === 'model' ? before.calls : 0
    return responses !== calls
  })
  return wrong
    ? invalidArgument(
        'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.',
      )
    : undefined
}
