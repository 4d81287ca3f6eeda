import type { Answered, Call } from '../call.ts'
import { type Endpoint, readBody, type Understood } from '../endpoint.ts'
import { jsonBody } from '../json-body.ts'
import { chat as openaiChat } from '../openai/chat/chat.ts'
import type { ModelOptions } from '../options.ts'
import { isError, type ProviderError } from '../provider-error.ts'
import { isRecord } from '../record.ts'
import { reshapedChunk, reshapedCompletion } from './reshape.ts'

/** Of OpenAI's fields, those that change an answer. All others are taken: vLLM has more, and ignores what it does not know. */
const SHARED =
  'model messages max_tokens max_completion_tokens n temperature top_p stop stream stream_options response_format tools tool_choice'.split(
    ' ',
  )

/** OpenAI's chat, in vLLM's shape. */
export const chat: Endpoint = {
  parse(source) {
    const body = readBody(source)
    if (!isRecord(body)) return openaiChat.parse(source)
    const shared = Object.fromEntries(SHARED.flatMap((name) => (name in body ? [[name, body[name]]] : [])))
    const parsed = openaiChat.parse(shared)
    return 'error' in parsed ? parsed : new Reshaped(parsed)
  },
}

class Reshaped implements Understood {
  readonly model: string
  /** Nobody's word: `user` and `metadata` are not looked at. */
  readonly marker = null
  readonly streamed: boolean
  readonly #inner: Understood

  constructor(inner: Understood) {
    this.#inner = inner
    this.model = inner.model
    this.streamed = inner.streamed
  }

  answer(call: Call): Answered | ProviderError {
    const answer = this.#inner.answer(call)
    if (isError(answer)) return answer
    const { body, stream } = answer
    if (stream === undefined) {
      return { ...answer, body: jsonBody(reshapedCompletion(JSON.parse(body.toString())), false) }
    }
    const events = stream.events.map((event) => ({ ...event, bytes: reshapedChunk(event.bytes) }))
    return { ...answer, stream: { ...stream, events } }
  }

  expected(seed: number, options: ModelOptions): string {
    return this.#inner.expected(seed, options)
  }
}
