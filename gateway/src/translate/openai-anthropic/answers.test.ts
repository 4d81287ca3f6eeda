import { MessageStream } from '@anthropic-ai/sdk/lib/MessageStream'
import fc from 'fast-check'
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream'
import { describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../json.ts'
import { eventsOf, messages } from './answers.fixture.ts'
import { anthropicToOpenai } from './anthropic-to-openai.ts'
import { openaiToAnthropic } from './openai-to-anthropic.ts'

const CONTEXT = { now: 1_795_478_400_000, asked: { model: 'asked-for' } }

const toCompletion = (message: JsonObject): JsonObject => openaiToAnthropic.answer(message, CONTEXT)
const toMessage = (completion: JsonObject): JsonObject => anthropicToOpenai.answer(completion, CONTEXT)

const cuts = fc.array(fc.nat(), { maxLength: 4 })

const chunksOf = (events: readonly JsonObject[], hidesUsage = false): readonly JsonObject[] => {
  const translator = openaiToAnthropic.events({ ...CONTEXT, hidesUsage })
  const sent = events.map((event) => translator.take(event)).join('') + translator.end()
  const lines = sent.split('\n\n')
  expect(lines.splice(-2)).toEqual(['data: [DONE]', ''])
  return lines.map((line) => JSON.parse(line.replace(/^data: /, '')))
}

const eventsOfChunks = (chunks: readonly JsonObject[]): readonly JsonObject[] => {
  const translator = anthropicToOpenai.events({ ...CONTEXT, hidesUsage: true })
  const sent = chunks.map((chunk) => translator.take(chunk)).join('') + translator.end()
  return sent
    .split('\n\n')
    .filter((each) => each !== '')
    .map((each) => {
      const [name, data = ''] = each.split('\n')
      const event: JsonObject = JSON.parse(data.replace(/^data: /, ''))
      expect(name).toBe(`event: ${event.type}`)
      return event
    })
}

/** As the official clients put a stream together. */
const byOpenai = async (chunks: readonly JsonObject[]): Promise<JsonObject> =>
  plain(await ChatCompletionStream.fromReadableStream(linesOf(chunks)).finalChatCompletion())

const byAnthropic = async (events: readonly JsonObject[]): Promise<JsonObject> =>
  plain(await MessageStream.fromReadableStream(linesOf(events)).finalMessage())

const linesOf = (events: readonly JsonObject[]): ReadableStream =>
  new Blob(events.map((event) => `${JSON.stringify(event)}\n`)).stream()

const plain = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value))

describe('an answer', () => {
  it('comes back from a chat completion as the message that it was', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(toMessage(plain(toCompletion(message)))).toEqual(message)
      }),
    )
  })

  it('comes back from a message as the chat completion that it was', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const completion = plain(toCompletion(message))
        expect(plain(toCompletion(toMessage(completion)))).toEqual(completion)
      }),
    )
  })

  it('keeps the sum of its tokens, whichever way', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const usage = message.usage as Readonly<Record<string, number>>
        const counted = toCompletion(message).usage as Readonly<Record<string, number>>
        const { input_tokens = 0, cache_creation_input_tokens = 0, cache_read_input_tokens = 0 } = usage
        expect(counted.prompt_tokens).toBe(
          input_tokens + cache_creation_input_tokens + cache_read_input_tokens,
        )
        expect(counted.total_tokens).toBe((counted.prompt_tokens ?? 0) + (usage.output_tokens ?? 0))
      }),
    )
  })

  it('is told whatever the provider sends', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        messages,
        fc.jsonValue(),
        (any, message, value) => {
          const broken = Object.keys(message).map((name) => ({ ...message, [name]: value }))
          for (const each of [any, message, ...broken]) {
            expect(toCompletion(each).object).toBe('chat.completion')
            const completion = plain(toCompletion(each))
            const choices = [{ index: 0, message: value }, value]
            for (const odd of [
              each,
              completion,
              { ...completion, choices },
              { ...completion, usage: value },
            ]) {
              expect(toMessage(odd).type).toBe('message')
            }
          }
        },
      ),
    )
  })
})

describe('a stream', () => {
  it('of a message comes to what the whole chat completion is', async () => {
    await fc.assert(
      fc.asyncProperty(messages, cuts, async (message, at) => {
        const chunks = chunksOf(eventsOf(message, at))
        const expected = plain(toCompletion(message))
        expect(thoughtIn(chunks)).toBe(spoken(expected).reasoning_content ?? '')
        expect(spoken(await byOpenai(chunks.map(withoutThought)))).toMatchObject(comparable(spoken(expected)))
        expect(chunks.at(-1)).toMatchObject({ choices: [], usage: expected.usage })
        expect(finishIn(chunks)).toBe(finishIn([expected]))
      }),
    )
  })

  it('of a chat completion comes to what the whole message is', async () => {
    await fc.assert(
      fc.asyncProperty(messages, cuts, async (message, at) => {
        const events = eventsOfChunks(chunksOf(eventsOf(message, at)))
        expect(await byAnthropic(events)).toMatchObject(message)
      }),
    )
  })

  it('tells its usage only where it was asked for', () => {
    fc.assert(
      fc.property(messages, cuts, (message, at) => {
        const told = chunksOf(eventsOf(message, at)).map(({ usage }) => isObject(usage))
        expect(told.filter(Boolean)).toHaveLength(1)
        for (const chunk of chunksOf(eventsOf(message, at), true)) expect(chunk).not.toHaveProperty('usage')
      }),
    )
  })

  it('begins with the role, and names the message in every chunk', () => {
    fc.assert(
      fc.property(messages, cuts, (message, at) => {
        const chunks = chunksOf(eventsOf(message, at))
        expect(chunks[0]?.choices).toMatchObject([{ delta: { role: 'assistant' } }])
        for (const chunk of chunks) expect(chunk).toMatchObject({ id: 'chatcmpl-1', model: message.model })
      }),
    )
  })

  it('is passed on whatever its events hold', () => {
    const anything = fc.dictionary(
      fc.constantFrom('type', 'delta', 'index', 'choices', 'usage', 'content_block', 'message'),
      fc.oneof(
        fc.jsonValue(),
        fc.constantFrom('content_block_start', 'content_block_delta', 'message_delta', 'message_start'),
        fc.constantFrom<JsonObject>(
          { type: 'tool_use' },
          { type: 'input_json_delta', partial_json: 1 },
          { tool_calls: [{ index: 0, function: 7 }] },
        ),
        fc.jsonValue().map((delta) => [{ delta }]),
      ),
    )
    fc.assert(
      fc.property(fc.array(anything), (events) => {
        chunksOf(events)
        const translated = eventsOfChunks(events)
        expect(translated.at(-1)).toEqual({ type: 'message_stop' })
        expect(translated.filter(({ type }) => type === 'message_start')).toHaveLength(1)
      }),
    )
  })
})

const spoken = ({ choices }: JsonObject): JsonObject => {
  const [choice] = choices as readonly JsonObject[]
  return choice?.message as JsonObject
}

const comparable = ({ reasoning_content: _, content, ...message }: JsonObject): JsonObject => ({
  ...message,
  // The official client has a text where one was begun.
  content: content ?? '',
})

const deltasIn = (chunks: readonly JsonObject[]): readonly JsonObject[] =>
  chunks.flatMap(({ choices }) => (choices as readonly JsonObject[]).map(({ delta }) => delta as JsonObject))

const thoughtIn = (chunks: readonly JsonObject[]): string =>
  deltasIn(chunks)
    .map(({ reasoning_content: thought }) => thought ?? '')
    .join('')

const withoutThought = (chunk: JsonObject): JsonObject => {
  const { choices } = plain(chunk) as { readonly choices: { delta: Record<string, unknown> }[] }
  for (const { delta } of choices) delete delta.reasoning_content
  return { ...chunk, choices }
}

const finishIn = (chunks: readonly JsonObject[]): unknown =>
  chunks
    .flatMap(({ choices }) => (choices as readonly JsonObject[]).map((choice) => choice.finish_reason))
    .filter((reason) => reason !== null && reason !== undefined)
    .at(-1)
