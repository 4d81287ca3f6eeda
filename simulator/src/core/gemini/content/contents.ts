import type { Message } from '../../prompt.ts'
import { isError, type ProviderError } from '../../provider-error.ts'
import type { Body } from '../../record.ts'
import { invalidArgument } from '../errors.ts'
import { recordsIn, textIn } from '../proto/narrow.ts'
import { type PartRead, readPart } from './parts.ts'

/** What was said so far, as the model reads it; `at` is where it stands in the request. */
export const readContents = (
  contents: unknown,
  { at, wantsSignatures = false }: { readonly at: string; readonly wantsSignatures?: boolean },
): readonly Message[] | ProviderError => {
  const list = recordsIn(contents)
  if (list.length === 0) return invalidArgument(`* ${at}.contents: contents is not specified\n`)
  const turns: Turn[] = []
  for (const [index, content] of list.entries()) {
    const turn = readTurn(content, `${at}.contents[${index}]`)
    if (isError(turn)) return turn
    turns.push(turn)
  }
  const wrong = wrongTurn(turns) ?? (wantsSignatures ? unsignedCall(list) : undefined)
  return wrong ?? turns.map(({ message }) => message)
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

/** Of what was said since the user spoke last, each turn with calls has the first of them signed. */
const unsignedCall = (contents: readonly Body[]): ProviderError | undefined => {
  const begin = contents.findLastIndex(
    ({ role, parts }) => role !== 'model' && !recordsIn(parts).some(isResponse),
  )
  const turns = contents.slice(begin + 1)
  const index = turns.findIndex(({ parts }) => {
    const first = recordsIn(parts).find(({ functionCall }) => functionCall !== undefined)
    return first !== undefined && first.thoughtSignature === undefined
  })
  return index < 0
    ? undefined
    : invalidArgument(
        `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Position ${begin + 2 + index}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.`,
      )
}

const isResponse = ({ functionResponse }: Body): boolean => functionResponse !== undefined
