import { dataEvent, generated, type Stream } from '../../stream/stream.ts'
import { tokenTexts } from '../../tokens.ts'
import { chunkStream } from '../chunk-stream.ts'
import type { StreamWish } from '../stream-wish.ts'
import { type TextCompletion, textUsage } from './object.ts'

/** The completion in chunks, one for each token; an echoed prompt comes as a whole. */
export const textStream = (completion: TextCompletion, wish: StreamWish): Stream => {
  const { choices, tokens } = completion
  const head = headOf(completion)
  const usage = wish.usage ? ',"usage":null' : ''
  const chunk = (index: number, text: string, finish: string | null = null): Buffer => {
    const choice = JSON.stringify({ text, index, logprobs: null, finish_reason: finish })
    return dataEvent(`${head},"choices":[${choice}]${usage}}`)
  }
  const events = [
    ...choices.flatMap(({ echoed }, index) =>
      echoed === '' ? [] : [{ bytes: chunk(index, echoed), tokens: 0 }],
    ),
    ...generated(
      choices.map(({ text }) => tokenTexts(text)),
      (text, index) => chunk(index, text),
      (index) => chunk(index, '', choices[index]?.finish),
    ),
  ]
  const last = `${head},"choices":[],"usage":${JSON.stringify(textUsage(tokens))}}`
  return chunkStream(events, wish.usage ? dataEvent(last) : undefined)
}

/** The fields that are the same in every chunk, as JSON without its end. */
const headOf = ({ id, created, model }: TextCompletion): string =>
  JSON.stringify({ id, object: 'text_completion', created, model }).slice(0, -1)
