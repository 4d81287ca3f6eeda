import { dataEvent, generated, type Stream } from '../../stream/stream.ts'
import { tokenTexts } from '../../tokens.ts'
import { chunkStream, obfuscation } from '../chunk-stream.ts'
import type { StreamWish } from '../stream-wish.ts'
import { type Choice, type Completion, served, usageObject } from './object.ts'

/** The completion in `chat.completion.chunk`s, one for each token. */
export const chatStream = (completion: Completion, wish: StreamWish): Stream => {
  const { choices } = completion
  const head = headOf(completion)
  const usage = wish.usage ? ',"usage":null' : ''
  const chunk = (index: number, delta: Delta, finish: string | null = null): Buffer => {
    const choice = JSON.stringify({ index, delta, logprobs: null, finish_reason: finish })
    const text = delta.content ?? delta.refusal ?? ''
    const noise = wish.obfuscated ? `,"obfuscation":"${obfuscation(text)}"` : ''
    return dataEvent(`${head},"choices":[${choice}]${usage}${noise}}`)
  }
  const events = [
    ...choices.map((choice, index) => ({ bytes: chunk(index, openingOf(choice)), tokens: 0 })),
    ...generated(
      choices.map(({ content, refusal }) => tokenTexts(refusal ?? content ?? '')),
      (text, index) => chunk(index, isRefusal(choices[index]) ? { refusal: text } : { content: text }),
      (index) => chunk(index, {}, choices[index]?.finish),
    ),
  ]
  return chunkStream(events, wish.usage ? usageChunk(head, completion) : undefined)
}

interface Delta {
  readonly role?: 'assistant'
  readonly content?: string | null
  readonly refusal?: string | null
}

/** The fields that are the same in every chunk, as JSON without its end. */
const headOf = ({ id, created, model }: Completion): string =>
  JSON.stringify({ id, object: 'chat.completion.chunk', created, model, ...served }).slice(0, -1)

const isRefusal = (choice: Choice | undefined): boolean => typeof choice?.refusal === 'string'

const openingOf = (choice: Choice): Delta =>
  isRefusal(choice)
    ? { role: 'assistant', content: null, refusal: '' }
    : { role: 'assistant', content: '', refusal: null }

const usageChunk = (head: string, { tokens }: Completion): Buffer =>
  dataEvent(`${head},"choices":[],"usage":${JSON.stringify(usageObject(tokens))}}`)
