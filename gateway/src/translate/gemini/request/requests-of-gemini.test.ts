import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toAnthropicRequest } from '../../anthropic-gemini/to-anthropic/request.ts'
import { toGeminiAnswer as ofMessage } from '../../anthropic-gemini/to-gemini/answer.ts'
import type { JsonObject } from '../../json.ts'
import { toGeminiAnswer as ofChat } from '../../openai-gemini/to-gemini/answer.ts'
import { toOpenaiRequest } from '../../openai-gemini/to-openai/request.ts'

const CONTENTS = [{ role: 'user', parts: [{ text: '안녕하세요' }] }]
const CONFIG = { maxOutputTokens: 9 }

const toOpenai = (request: JsonObject) => toOpenaiRequest(request, { model: 'gpt-4.1' })
const toAnthropic = (request: JsonObject, model = 'claude-sonnet-4-5') =>
  toAnthropicRequest(request, { model, outputTokensDefault: 4_096, headers: {} })

const WAYS = [
  ['OpenAI', toOpenai],
  ['Anthropic', (request: JsonObject) => toAnthropic(request)],
] as const

describe.each(WAYS)('a request of Gemini to %s', (_name, translate) => {
  const lossesOf = (request: JsonObject): readonly string[] => {
    const outcome = translate({ contents: CONTENTS, generationConfig: CONFIG, ...request })
    if (outcome.kind === 'untranslatable') throw new Error(outcome.message)
    return outcome.losses.map(({ field, action }) => `${field} ${action}`)
  }

  it('tells of all that is Gemini alone', () => {
    expect(
      lossesOf({
        safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
        cachedContent: 'cachedContents/abc',
        tools: [{ googleSearch: {} }, { codeExecution: {} }, { urlContext: {} }],
        contents: [
          {
            role: 'model',
            parts: [
              { text: '음', thought: true },
              { text: '네', thoughtSignature: 'c2ln' },
            ],
          },
        ],
        generationConfig: {
          ...CONFIG,
          mediaResolution: 'MEDIA_RESOLUTION_LOW',
          speechConfig: { languageCode: 'ko-KR' },
          responseMimeType: 'application/json',
          responseSchema: { type: 'OBJECT', propertyOrdering: ['a'], properties: { a: { type: 'STRING' } } },
        },
      }).toSorted(),
    ).toEqual([
      'cachedContent dropped',
      'contents[0].parts[0].text dropped',
      'contents[0].parts[1].thoughtSignature dropped',
      'generationConfig.mediaResolution dropped',
      'generationConfig.responseSchema.propertyOrdering dropped',
      'generationConfig.speechConfig dropped',
      'safetySettings dropped',
      'tools[0].googleSearch dropped',
      'tools[1].codeExecution dropped',
      'tools[2].urlContext dropped',
    ])
  })

  it.each<[string, JsonObject]>([
    ['contents', { contents: null }],
    ['contents[0].role', { contents: [{ role: 'system', parts: [] }] }],
    ['contents[0].parts[0]', { contents: [{ parts: [{ executableCode: { code: '1' } }] }] }],
    [
      'contents[0].parts[0].functionResponse.name',
      { contents: [{ parts: [{ functionResponse: { name: 'f', response: {} } }] }] },
    ],
    [
      'contents[0].parts[0].fileData',
      {
        contents: [
          {
            parts: [
              {
                fileData: {
                  mimeType: 'image/png',
                  fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc',
                },
              },
            ],
          },
        ],
      },
    ],
    [
      'contents[0].parts[0].inlineData',
      { contents: [{ parts: [{ inlineData: { mimeType: 'video/mp4', data: '' } }] }] },
    ],
    ['generationConfig.responseModalities', { generationConfig: { responseModalities: ['IMAGE'] } }],
    ['generationConfig.responseMimeType', { generationConfig: { responseMimeType: 'text/x.enum' } }],
    [
      'toolConfig.functionCallingConfig.mode',
      { toolConfig: { functionCallingConfig: { mode: 'SOMETIMES' } } },
    ],
  ])('is refused where it cannot be said: %s', (field, request) => {
    expect(translate({ contents: CONTENTS, ...request })).toMatchObject({ kind: 'untranslatable', field })
  })

  it('gives results to the calls that they belong to, where Gemini names none', () => {
    const call = (city: string) => ({ functionCall: { name: 'weather', args: { city } } })
    const result = (output: string) => ({ functionResponse: { name: 'weather', response: { output } } })
    const contents = [
      { role: 'model', parts: [call('서울'), call('부산')] },
      { role: 'user', parts: [result('맑음'), result('흐림')] },
    ]
    const text = JSON.stringify(translate({ contents, generationConfig: CONFIG }))
    expect(text).toMatch(/call_0.*서울.*call_1.*부산.*call_0.*맑음.*call_1.*흐림/)
  })

  it('has a translation, or a reason why not, whatever it is', () => {
    const NAMES =
      'contents parts role text inlineData mimeType data functionCall functionResponse name args response tools functionDeclarations parameters properties items type toolConfig functionCallingConfig generationConfig responseSchema thinkingConfig systemInstruction'.split(
        ' ',
      )
    const anything = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 6 },
        fc.jsonValue(),
        fc.constantFrom('user', 'model', 'application/json', 'OBJECT'),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 5 }),
    })).object
    fc.assert(
      fc.property(anything, (request) => {
        expect(['translated', 'untranslatable']).toContain(translate(request).kind)
      }),
      { numRuns: 300 },
    )
  })
})

describe("a schema of Gemini's own kind", () => {
  it('is a JSON schema elsewhere', () => {
    const parameters = {
      type: 'OBJECT',
      required: ['city'],
      properties: {
        city: { type: 'STRING', nullable: true, maxLength: '40', enum: ['서울', '부산'] },
        days: { type: 'ARRAY', minItems: '1', items: { anyOf: [{ type: 'INTEGER' }, { type: 'STRING' }] } },
      },
    }
    const tools = [{ functionDeclarations: [{ name: 'f', parameters }] }]
    expect(toOpenai({ contents: CONTENTS, tools })).toMatchObject({
      losses: [],
      request: {
        tools: [
          {
            function: {
              parameters: {
                type: 'object',
                required: ['city'],
                properties: {
                  city: { type: ['string', 'null'], maxLength: 40, enum: ['서울', '부산'] },
                  days: {
                    type: 'array',
                    minItems: 1,
                    items: { anyOf: [{ type: 'integer' }, { type: 'string' }] },
                  },
                },
              },
            },
          },
        ],
      },
    })
  })

  it('is refused where it is nested too deep', () => {
    let schema: JsonObject = { type: 'STRING' }
    for (let depth = 0; depth < 20_000; depth += 1) schema = { type: 'ARRAY', items: schema }
    const tools = [{ functionDeclarations: [{ name: 'f', parameters: schema }] }]
    expect(toOpenai({ contents: CONTENTS, tools })).toMatchObject({ kind: 'untranslatable' })
  })
})

describe('what Anthropic takes', () => {
  const losses = (generationConfig: JsonObject, model?: string): unknown => {
    const outcome = toAnthropic({ contents: CONTENTS, generationConfig }, model)
    return outcome.kind === 'translated' ? outcome.losses : outcome.field
  }

  it('is a limit, which is the usual one where none is given', () => {
    expect(losses({})).toEqual([
      { field: 'generationConfig.maxOutputTokens', action: 'defaulted', to: '4096' },
    ])
  })

  it('is a temperature up to one, and none where the model has none', () => {
    const field = 'generationConfig.temperature'
    expect(losses({ ...CONFIG, temperature: 1.5 })).toEqual([
      { field, action: 'clamped', from: '1.5', to: '1' },
    ])
    expect(losses({ ...CONFIG, temperature: 0.5 }, 'claude-sonnet-5-5')).toEqual([
      { field, action: 'dropped', from: '0.5' },
    ])
    expect(losses({ ...CONFIG, temperature: 1 }, 'claude-sonnet-5-5')).toEqual([])
  })

  it('is one answer to a request', () => {
    expect(losses({ ...CONFIG, candidateCount: 2 })).toBe('generationConfig.candidateCount')
  })
})

describe('an answer to Gemini', () => {
  it('is one, whatever comes', () => {
    const NAMES = 'choices message content tool_calls function usage logprobs stop_details type id'.split(' ')
    const anything = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.jsonValue(),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('object'),
      ),
      object: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 4 }),
    })).object
    fc.assert(
      fc.property(anything, (answer) => {
        expect(Array.isArray(ofChat(answer).candidates)).toBe(true)
        expect(Array.isArray(ofMessage(answer).candidates)).toBe(true)
      }),
    )
  })
})
