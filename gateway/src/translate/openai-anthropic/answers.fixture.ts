import fc from 'fast-check'
import type { JsonObject } from '../json.ts'

/** Messages as Anthropic answers, of which nothing is lost in a chat completion. */

const text = fc.string({
  unit: fc.constantFrom('양', '떼', 'a', '"', '\n', '🐑', ' '),
  minLength: 1,
  maxLength: 9,
})
const count = fc.nat({ max: 1_000_000 })

const toolUse = fc
  .record({
    name: fc.constantFrom('weather', 'now'),
    input: fc.dictionary(text, fc.oneof(text, fc.integer())),
  })
  .map((each): JsonObject => ({ type: 'tool_use', ...each, caller: { type: 'direct' } }))

const ended = (reason: string): JsonObject => ({
  stop_reason: reason,
  stop_sequence: null,
  stop_details: null,
})

const endings = fc.oneof(
  fc.constantFrom('end_turn', 'max_tokens').map(ended),
  text.map((explanation) => ({
    ...ended('refusal'),
    stop_details: { type: 'refusal', category: null, explanation },
  })),
)

const usage = fc.record({ input: count, cached: count, written: count, visible: count, thought: count }).map(
  ({ input, cached, written, visible, thought }): JsonObject => ({
    input_tokens: input,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: cached,
    cache_creation: null,
    output_tokens: visible + thought,
    output_tokens_details: { thinking_tokens: thought },
    server_tool_use: null,
    service_tier: 'standard',
    speed: null,
    inference_geo: null,
  }),
)

export const messages: fc.Arbitrary<JsonObject> = fc
  .record({
    thinking: fc.option(text),
    said: fc.option(text),
    calls: fc.array(toolUse, { maxLength: 3 }),
    ending: endings,
    usage,
  })
  .map(({ thinking, said, calls, ending, usage: counted }) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-opus-5-5',
    content: [
      ...(thinking === null ? [] : [{ type: 'thinking', thinking, signature: '' }]),
      ...(said === null ? [] : [{ type: 'text', text: said, citations: null }]),
      ...calls.map((call, at) => ({ ...call, id: `toolu_${at}` })),
    ],
    ...(calls.length > 0 ? ended('tool_use') : ending),
    container: null,
    diagnostics: null,
    usage: counted,
  }))

/** The events in which Anthropic would stream it, its texts cut where the numbers say. */
export const eventsOf = (message: JsonObject, cuts: readonly number[]): readonly JsonObject[] => {
  const { content, stop_reason, stop_sequence, stop_details, usage: counted, ...head } = message
  const blocks = content as readonly JsonObject[]
  const { output_tokens, output_tokens_details, ...input } = counted as JsonObject
  return [
    { type: 'message_start', message: { ...head, content: [], usage: { ...input, output_tokens: 1 } } },
    { type: 'ping' },
    ...blocks.flatMap((block, index) => blockEvents(block, index, cuts)),
    {
      type: 'message_delta',
      delta: { stop_reason, stop_sequence, stop_details },
      usage: { input_tokens: null, output_tokens, output_tokens_details },
    },
    { type: 'message_stop' },
  ]
}

const blockEvents = (block: JsonObject, index: number, cuts: readonly number[]): readonly JsonObject[] => {
  const delta = (content: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: content })
  const start = (content_block: JsonObject): JsonObject => ({
    type: 'content_block_start',
    index,
    content_block,
  })
  const stop = { type: 'content_block_stop', index }
  switch (block.type) {
    case 'thinking':
      return [
        start({ ...block, thinking: '' }),
        ...pieces(String(block.thinking), cuts).map((thinking) =>
          delta({ type: 'thinking_delta', thinking }),
        ),
        stop,
      ]
    case 'text':
      return [
        start({ ...block, text: '' }),
        ...pieces(String(block.text), cuts).map((piece) => delta({ type: 'text_delta', text: piece })),
        stop,
      ]
    default:
      return [
        start({ ...block, input: {} }),
        ...pieces(inputText(block.input), cuts).map((partial_json) =>
          delta({ type: 'input_json_delta', partial_json }),
        ),
        stop,
      ]
  }
}

/** Nothing is sent of a tool's input that is empty. */
const inputText = (input: unknown): string => {
  const written = JSON.stringify(input)
  return written === '{}' ? '' : written
}

const pieces = (whole: string, cuts: readonly number[]): readonly string[] => {
  const characters = [...whole]
  const places = [
    0,
    ...cuts.map((cut) => cut % (characters.length + 1)).sort((a, b) => a - b),
    characters.length,
  ]
  return places.slice(1).map((end, at) => characters.slice(places[at], end).join(''))
}
