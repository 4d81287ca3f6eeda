import fc from 'fast-check'
import type { JsonObject } from '../json.ts'

/** What both formats have a word for, so that it survives the way there and back. */

/** Anthropic takes no text that is blank. */
const text = fc
  .oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('안녕하세요', '서울의 날씨는?'))
  .filter((each) => each.trim() !== '')
const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/)
const webImage = fc.constant('https://example.com/그림.png')
const inlineImage = fc
  .base64String({ minLength: 4, maxLength: 8 })
  .map((data) => `data:image/png;base64,${data}`)
const input = fc.dictionary(id, fc.oneof(text, fc.integer(), fc.boolean()), {
  maxKeys: 3,
  noNullPrototype: true,
})

const textPart = text.map((each): JsonObject => ({ type: 'text', text: each }))
const imagePart = fc
  .oneof(webImage, inlineImage)
  .map((url): JsonObject => ({ type: 'image_url', image_url: { url } }))
const filePart = fc.constant<JsonObject>({
  type: 'file',
  file: { filename: '계약서.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' },
})
const userContent = fc.oneof(
  text,
  fc.array(fc.oneof(textPart, imagePart, filePart), { minLength: 1, maxLength: 3 }),
)

const call = fc.record({ id, name: id, input }).map(
  (each): JsonObject => ({
    id: each.id,
    type: 'function',
    function: { name: each.name, arguments: JSON.stringify(each.input) },
  }),
)

const user = userContent.map((content): JsonObject => ({ role: 'user', content }))
const assistant = text.map((content): JsonObject => ({ role: 'assistant', content }))
const toolTurn = fc
  .record({
    asked: user,
    content: fc.option(text),
    calls: fc.uniqueArray(call, { minLength: 1, maxLength: 3, selector: (each) => each.id }),
    result: fc.oneof(text, fc.array(textPart, { minLength: 1, maxLength: 2 })),
    // What follows the results lies in their turn, as parts.
    after: fc.option(fc.array(textPart, { minLength: 1, maxLength: 2 })),
  })
  .map(({ asked, content, calls, result, after }): readonly JsonObject[] => [
    asked,
    { role: 'assistant', content, tool_calls: calls },
    ...calls.map((each) => ({ role: 'tool', tool_call_id: each.id, content: result })),
    ...(after ? [{ role: 'user', content: after }] : []),
    { role: 'assistant', content: '네' },
  ])

const messages = fc
  .record({
    system: fc.option(fc.oneof(text, fc.array(textPart, { minLength: 1, maxLength: 2 }))),
    turns: fc.array(fc.oneof(fc.tuple(user, assistant), toolTurn), { maxLength: 3 }),
    last: user,
  })
  .map(({ system, turns, last }): readonly JsonObject[] => [
    ...(system === null ? [] : [{ role: 'system', content: system }]),
    ...turns.flat(),
    last,
  ])

const schema = fc.constant<JsonObject>({
  title: 'recipe',
  type: 'object',
  properties: { 재료: { type: 'string' } },
  required: ['재료'],
  additionalProperties: false,
})

const tool = fc
  .record({ name: id, description: text, strict: fc.constant(true) }, { requiredKeys: ['name'] })
  .map(
    (each): JsonObject => ({
      type: 'function',
      function: { ...each, parameters: { type: 'object', properties: {} } },
    }),
  )

const toolUse = fc.record(
  {
    tools: fc.uniqueArray(tool, { minLength: 1, maxLength: 3, selector: (each) => JSON.stringify(each) }),
    tool_choice: fc.oneof(
      fc.constantFrom('auto', 'required'),
      id.map((name) => ({ type: 'function', function: { name } })),
    ),
    parallel_tool_calls: fc.constant(false),
  },
  { requiredKeys: ['tools', 'tool_choice'] },
)

const common = {
  max_completion_tokens: fc.integer({ min: 1, max: 100_000 }),
  messages,
  stop: fc.array(text, { minLength: 1, maxLength: 4 }),
  response_format: schema.map((each) => ({
    type: 'json_schema',
    json_schema: { name: 'recipe', schema: each, strict: true },
  })),
  safety_identifier: id,
  service_tier: fc.constant('default'),
} as const

const requiredKeys = ['max_completion_tokens', 'messages'] as const

const withTools = (request: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> =>
  fc.oneof(
    request,
    fc.tuple(request, toolUse).map(([plain, tools]): JsonObject => ({ ...plain, ...tools })),
  )

/** For a model of OpenAI's that takes sampling. */
export const sampledRequests = withTools(
  fc.record(
    {
      ...common,
      temperature: fc.double({ min: 0, max: 1, noNaN: true }).filter((each) => !Object.is(each, -0)),
      top_p: fc.double({ min: 0.1, max: 1, noNaN: true }),
    },
    { requiredKeys: [...requiredKeys] },
  ),
)

/** For one that reasons. */
export const reasoningRequests = withTools(
  fc.record(
    { ...common, reasoning_effort: fc.constantFrom('none', 'low', 'medium', 'high', 'xhigh', 'max') },
    { requiredKeys: [...requiredKeys] },
  ),
)
