import { describe, expect, it } from 'vitest'
import { countTokens } from '../../tokens.ts'
import { ask, pathOf, setUp, user } from '../gemini.fixture.ts'

const weather = {
  functionDeclarations: [
    {
      name: 'weather',
      parametersJsonSchema: {
        type: 'object',
        properties: { city: { type: 'string' }, days: { type: 'integer' }, now: { type: 'boolean' } },
      },
    },
    { name: 'time', parameters: { type: 'OBJECT', properties: { zone: { type: 'string' } } } },
  ],
}

describe('an answer', () => {
  it('has the text that the request deserves, and true usage', () => {
    const { call, simulator } = setUp({ seed: 5 })
    const body = ask('What is a sheepfold? 양 우리')
    const { status, json, headers } = call(body)
    const text = json.candidates[0].content.parts[0].text
    const prompt = countTokens('What is a sheepfold? 양 우리') + 1
    expect(status).toBe(200)
    expect(text).toBe(simulator.expectedAnswer(body, pathOf('generateContent')))
    expect(json).toEqual({
      candidates: [{ content: { parts: [{ text }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      usageMetadata: {
        promptTokenCount: prompt,
        candidatesTokenCount: countTokens(text),
        totalTokenCount: prompt + countTokens(text),
        promptTokensDetails: [{ modality: 'TEXT', tokenCount: prompt }],
      },
      modelVersion: 'gemini-2.5-flash',
      responseId: expect.stringMatching(/^[\w-]{22,23}$/),
    })
    expect(headers['content-type']).toBe('application/json; charset=UTF-8')
    expect(simulator.stats().models['gemini-2.5-flash']).toMatchObject({ answered: 1, promptTokens: prompt })
  })

  it('is the same whichever way the fields are written', () => {
    const { call } = setUp()
    const camel = ask('hi', { maxOutputTokens: 9 }, { systemInstruction: { parts: [{ text: 'Be brief.' }] } })
    const snake = {
      contents: { role: 'user', parts: { text: 'hi' } },
      generation_config: { max_output_tokens: '9', thinking_config: { thinking_budget: 0 }, seed: null },
      system_instruction: { parts: [{ text: 'Be brief.' }] },
    }
    const answer = call(camel).json
    expect(call(snake).json.candidates).toEqual(answer.candidates)
    expect(answer.candidates[0].finishReason).toBe('MAX_TOKENS')
    expect(answer.usageMetadata.candidatesTokenCount).toBe(9)
  })

  it('stops before what it is told to stop at', () => {
    const { call } = setUp()
    const [whole] = call(ask('hi')).json.candidates
    const text: string = whole.content.parts[0].text
    const stop = text.split(' ')[5] ?? ''
    const { candidates, usageMetadata } = call(ask('hi', { stopSequences: ['never there', stop] })).json
    const short = candidates[0].content.parts[0].text
    expect(short).toBe(text.slice(0, text.indexOf(stop)))
    expect(candidates[0].finishReason).toBe('STOP')
    expect(usageMetadata.candidatesTokenCount).toBe(countTokens(short))
  })

  it('has as many different candidates as are asked for', () => {
    const { json } = setUp().call(ask('hi', { candidateCount: 3 }))
    const texts: string[] = json.candidates.map(
      ({ content }: { content: { parts: [{ text: string }] } }) => content.parts[0].text,
    )
    expect(new Set(texts).size).toBe(3)
    expect(json.candidates.map(({ index }: { index: number }) => index)).toEqual([0, 1, 2])
    expect(json.usageMetadata.candidatesTokenCount).toBe(
      texts.reduce((sum, text) => sum + countTokens(text), 0),
    )
  })

  it('counts a picture as 258 tokens', () => {
    const { call } = setUp()
    const picture = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }
    const withPicture = { ...ask('hi'), contents: [{ role: 'user', parts: [{ text: 'hi' }, picture] }] }
    const tokens = (body: unknown): number => call(body).json.usageMetadata.promptTokenCount
    expect(tokens(withPicture)).toBe(tokens(ask('hi')) + 258)
  })

  it('tells what of a long prompt was cached', () => {
    const { call } = setUp()
    const body = ask('word '.repeat(2_000))
    expect(call(body).json.usageMetadata.cachedContentTokenCount).toBeUndefined()
    expect(call(body).json.usageMetadata).toMatchObject({
      cachedContentTokenCount: 1_920,
      cacheTokensDetails: [{ modality: 'TEXT', tokenCount: 1_920 }],
    })
  })
})

describe('thoughts', () => {
  const think = (thinkingConfig: object, more: object = {}, model?: string) =>
    setUp({}, 'generateContent', model).call(ask('hi', { thinkingConfig, ...more })).json

  it('are had unless they are forbidden, and counted beside the candidates', () => {
    const { usageMetadata, candidates } = think({})
    const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } = usageMetadata
    expect(thoughtsTokenCount).toBeGreaterThan(0)
    expect(totalTokenCount).toBe(promptTokenCount + candidatesTokenCount + thoughtsTokenCount)
    expect(candidates[0].content.parts).toHaveLength(1)
    expect(think({ thinkingBudget: 0 }).usageMetadata.thoughtsTokenCount).toBeUndefined()
    expect(think({}, {}, 'gemini-2.5-flash-lite').usageMetadata.thoughtsTokenCount).toBeUndefined()
  })

  it('are told where they are asked for', () => {
    const { candidates, usageMetadata } = think({ includeThoughts: true })
    const [thought, said] = candidates[0].content.parts
    expect(thought.thought).toBe(true)
    expect(countTokens(thought.text)).toBe(usageMetadata.thoughtsTokenCount)
    expect(said.thought).toBeUndefined()
  })

  it('keep to their budget, and have levels from the third generation on', () => {
    expect(think({ thinkingBudget: 3 }).usageMetadata.thoughtsTokenCount).toBe(3)
    const tokensAt = (thinkingLevel: string) =>
      think({ thinkingLevel }, {}, 'gemini-3.5-flash').usageMetadata.thoughtsTokenCount ?? 0
    const levels = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'].map(tokensAt)
    expect(levels[0]).toBe(0)
    expect(levels).toEqual(levels.toSorted((a, b) => a - b))
    expect(new Set(levels).size).toBe(4)
  })

  it('may take all that was allowed, and leave an answer without parts', () => {
    const { candidates, usageMetadata } = think({}, { maxOutputTokens: 5 })
    expect(candidates).toEqual([{ content: { role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 }])
    expect(usageMetadata.thoughtsTokenCount).toBe(5)
    expect(usageMetadata.candidatesTokenCount).toBeUndefined()
  })
})

describe('functions', () => {
  const forced = (functionCallingConfig: object, model?: string, more: object = {}) =>
    setUp({}, 'generateContent', model).call(
      ask('hi', more, { tools: [weather], toolConfig: { functionCallingConfig } }),
    ).json.candidates[0]

  it('are called where one must be, with arguments that fit, and that is a STOP', () => {
    const { content, finishReason } = forced({ mode: 'ANY' })
    expect(finishReason).toBe('STOP')
    expect(content.parts).toEqual([
      {
        functionCall: {
          name: 'weather',
          args: { city: expect.any(String), days: expect.any(Number), now: true },
        },
      },
    ])
  })

  it('are called together where several are named; from the third generation on calls have ids', () => {
    const { content } = forced(
      { mode: 'ANY', allowedFunctionNames: ['weather', 'time'] },
      'gemini-3.5-flash',
      { thinkingConfig: { thinkingLevel: 'LOW' } },
    )
    expect(content.parts).toEqual([
      {
        functionCall: { id: expect.any(String), name: 'weather', args: expect.anything() },
        thoughtSignature: expect.any(String),
      },
      { functionCall: { id: expect.any(String), name: 'time', args: { zone: expect.any(String) } } },
    ])
    const ids = content.parts.map(({ functionCall }: { functionCall: { id: string } }) => functionCall.id)
    expect(new Set(ids).size).toBe(2)
  })

  it('are left alone otherwise', () => {
    for (const mode of ['AUTO', 'NONE', 'VALIDATED']) {
      expect(forced({ mode }).content.parts).toEqual([{ text: expect.any(String) }])
    }
  })

  it('have their results read', () => {
    const { call } = setUp()
    const turns = (response: object) => ({
      ...ask('hi'),
      contents: [
        user('What is the weather?'),
        { role: 'model', parts: [{ functionCall: { name: 'weather', args: {} } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'weather', response } }] },
      ],
    })
    const texts = [turns({ sky: 'blue' }), turns({ sky: 'grey' })].map(
      (body) => call(body).json.candidates[0].content.parts[0].text,
    )
    expect(texts[0]).not.toBe(texts[1])
  })
})

describe('JSON', () => {
  const textOf = (generationConfig: object): string =>
    setUp().call(ask('hi', generationConfig)).json.candidates[0].content.parts[0].text

  it('is any where no schema is given', () => {
    expect(JSON.parse(textOf({ responseMimeType: 'application/json' }))).toEqual({
      answer: expect.any(String),
    })
  })

  it.each([
    [
      'responseSchema',
      { type: 'OBJECT', properties: { name: { type: 'STRING' }, age: { type: 'INTEGER' } } },
    ],
    [
      'responseJsonSchema',
      { type: 'object', properties: { name: { type: ['string', 'null'] }, age: { type: 'number' } } },
    ],
  ])('fits a %s', (field, schema) => {
    expect(JSON.parse(textOf({ responseMimeType: 'application/json', [field]: schema }))).toEqual({
      name: expect.any(String),
      age: expect.any(Number),
    })
  })

  it('is left open where it was cut off', () => {
    const cut = textOf({ responseMimeType: 'application/json', maxOutputTokens: 10 })
    expect(() => JSON.parse(cut)).toThrow(SyntaxError)
  })

  it('is a word of a list where that is asked for', () => {
    const responseSchema = { type: 'STRING', enum: ['yes', 'no'] }
    expect(textOf({ responseMimeType: 'text/x.enum', responseSchema })).toBe('yes')
  })
})

describe('what the model does not want', () => {
  const defaults = (options: object) => ({ defaults: options })

  it('is blocked with the prompt: no candidates, and a reason', () => {
    const { status, json } = setUp(defaults({ contentFilterRate: 1 })).call(ask('hi'))
    expect(status).toBe(200)
    expect(json).toMatchObject({
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { promptTokenCount: 2, totalTokenCount: 2 },
    })
    expect(json.candidates).toBeUndefined()
  })

  it('is refused in words', () => {
    const { json } = setUp(defaults({ refusalRate: 1 })).call(ask('hi'))
    expect(json.candidates[0].content.parts[0].text).toContain("can't assist")
  })
})

it('counts tokens, with tools and without, and charges nothing', () => {
  const { call, simulator } = setUp({}, 'countTokens')
  const alone = call({ contents: [user('What is a sheepfold?')] }).json
  expect(alone.totalTokens).toBe(countTokens('What is a sheepfold?') + 1)
  const request = {
    model: 'models/gemini-2.5-flash',
    contents: [user('What is a sheepfold?')],
    tools: [weather],
  }
  expect(call({ generateContentRequest: request }).json.totalTokens).toBeGreaterThan(alone.totalTokens)
  expect(simulator.stats().models['gemini-2.5-flash']?.promptTokens).toBe(0)
})
