import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wholeAndStreamed } from '../../gemini/answer.fixture.ts'
import type { JsonObject } from '../../json.ts'
import { toMessage } from './answer.ts'
import { MessageEvents } from './events.ts'

const CONTEXT = { now: 1_764_200_000_000, asked: { model: 'asked-for' } }

type Event = JsonObject & { readonly type: string; readonly index: number }

const eventsOf = (chunks: readonly JsonObject[]): readonly Event[] => {
  const translator = new MessageEvents(CONTEXT)
  const sent = chunks.map((chunk) => translator.take(chunk)).join('') + translator.end()
  const events = sent.split('\n\n')
  expect(events.pop()).toBe('')
  return events.map((text) => {
    const [name, data, ...rest] = text.split('\n')
    expect(rest).toEqual([])
    const event: Event = JSON.parse(data?.replace(/^data: /, '') ?? '')
    expect(name).toBe(`event: ${event.type}`)
    return event
  })
}

/** As clients put events together. */
const accumulated = (events: readonly Event[]): JsonObject => {
  let message: JsonObject = {}
  const blocks: Record<string, unknown>[] = []
  const inputs: string[] = []
  for (const event of events) {
    const { type, index } = event
    if (type === 'message_start') message = event.message as JsonObject
    if (type === 'content_block_start') {
      expect(index).toBe(blocks.length)
      blocks.push({ ...(event.content_block as JsonObject) })
      inputs.push('')
    }
    if (type === 'content_block_delta') {
      expect(index).toBe(blocks.length - 1)
      const { text, thinking, partial_json } = event.delta as Readonly<Record<string, string | undefined>>
      const block = blocks[index] ?? {}
      if (text !== undefined) block.text = `${block.text}${text}`
      if (thinking !== undefined) block.thinking = `${block.thinking}${thinking}`
      if (partial_json !== undefined) inputs[index] += partial_json
    }
    if (type === 'content_block_stop' && inputs[index]) {
      const block = blocks[index] ?? {}
      block.input = JSON.parse(inputs[index])
    }
    if (type === 'message_delta') {
      const usage = { ...(message.usage as JsonObject), ...(event.usage as JsonObject) }
      message = { ...message, ...(event.delta as JsonObject), usage }
    }
  }
  return { ...message, content: blocks }
}

describe('a stream of events', () => {
  it('comes to what the whole message is', () => {
    fc.assert(
      fc.property(wholeAndStreamed(1), ({ whole, chunks }) => {
        expect(accumulated(eventsOf(chunks))).toEqual(toMessage(whole, CONTEXT))
      }),
    )
  })

  it('opens and closes each block, in order', () => {
    const parts = [
      { text: '음', thought: true },
      { text: '양' },
      { text: ' 우리' },
      { functionCall: { name: 'f' } },
    ]
    const chunk = { candidates: [{ content: { parts }, finishReason: 'STOP' }] }
    expect(eventsOf([chunk]).map(({ type }) => type)).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  it('has nothing for an event that is an error', () => {
    expect(new MessageEvents(CONTEXT).take({ error: { code: 503, message: 'later' } })).toBe('')
  })

  it('is one, whatever comes', () => {
    const names = fc.constantFrom(
      ...'candidates content parts text functionCall args finishReason usageMetadata promptFeedback'.split(
        ' ',
      ),
    )
    const anything = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue(),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(names, tie('value'), { maxKeys: 4 }),
    })).object
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 4 }), (chunks) => {
        expect(eventsOf(chunks).at(-1)?.type).toBe('message_stop')
        for (const chunk of chunks) expect(toMessage(chunk, CONTEXT).type).toBe('message')
      }),
    )
  })
})

describe('the tokens of a message', () => {
  it('are kept in their sums', () => {
    fc.assert(
      fc.property(
        fc.nat(5_000),
        fc.nat(5_000),
        fc.nat(5_000),
        fc.nat(5_000),
        (uncached, cached, said, thought) => {
          const usageMetadata = {
            promptTokenCount: uncached + cached,
            cachedContentTokenCount: cached,
            candidatesTokenCount: said,
            thoughtsTokenCount: thought,
          }
          expect(toMessage({ usageMetadata }, CONTEXT).usage).toMatchObject({
            input_tokens: uncached,
            cache_read_input_tokens: cached,
            output_tokens: said + thought,
            output_tokens_details: { thinking_tokens: thought },
          })
        },
      ),
    )
  })
})
