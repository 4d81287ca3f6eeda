import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DEFAULT_PRESETS } from '../../config/presets.ts'
import { optionBit } from './options.ts'
import { sent, takeIn, user } from './take-in.fixture.ts'
import { encodeTemplate, nativeComposer } from './template.ts'

describe('the composer', () => {
  it('leaves out of the tail what the fragment has itself, by either of its names', () => {
    const compose = nativeComposer(
      encodeTemplate({ systemMessages: '', options: { seed: 1, max_tokens: 5 } }),
    )
    const fragment = Buffer.from('{"role":"user","content":"é"}]')
    const head = '{"model":"a\\"b","messages":['
    expect(String(compose(fragment, 0, 'a"b'))).toBe(`${head}${fragment},"seed":1,"max_tokens":5}`)
    expect(String(compose(fragment, optionBit('max_completion_tokens'), 'a"b'))).toBe(
      `${head}${fragment},"seed":1}`,
    )
    expect(String(compose(fragment, optionBit('seed') | optionBit('max_tokens'), 'a"b'))).toBe(
      `${head}${fragment}}`,
    )
    expect(String(compose(fragment, 0, 'c'))).toContain('{"model":"c","messages":[')
  })

  it('refuses a template that it did not write', () => {
    for (const text of ['[]', '{}', '{"systemMessages":1,"options":{}}', 'null']) {
      expect(() => nativeComposer(text)).toThrow('damaged')
    }
  })
})

describe('what is sent', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 }).map((each) => each.toWellFormed())
  const options = fc.record(
    {
      temperature: fc.double({ min: 0, max: 2, noNaN: true }),
      max_tokens: fc.integer({ min: 1, max: 9_999 }),
      stop: fc.array(text, { minLength: 1, maxLength: 4 }),
      seed: fc.maxSafeInteger(),
      user: text,
      response_format: fc.constant({ type: 'json_object' }),
    },
    { requiredKeys: [] },
  )
  const other = fc.record({ max_completion_tokens: fc.integer({ min: 1, max: 9 }) }, { requiredKeys: [] })
  const task = fc.record(
    { prompt: text, system: text, options: fc.oneof(options, other) },
    { requiredKeys: ['prompt'] },
  )

  it('is the item over the batch over the preset, and holds no key twice', async () => {
    const batch = fc.record(
      { system: text, options, task: fc.constantFrom(...Object.keys(DEFAULT_PRESETS)) },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(batch, fc.array(task, { minLength: 1, maxLength: 5 }), async (shared, list) => {
        const taken = await takeIn({ tasks: list, ...shared, model: 'batch-4.1' }, {}, 17)
        const requests = await sent(taken)
        expect(requests).toHaveLength(list.length)
        const preset = shared.task === undefined ? undefined : DEFAULT_PRESETS[shared.task]
        list.forEach((each, i) => {
          const systems = [preset?.system, shared.system || undefined, each.system].filter(
            (s) => s !== undefined,
          )
          const merged: Record<string, unknown> = { ...preset?.options, ...shared.options, ...each.options }
          if ('max_completion_tokens' in merged) delete merged.max_tokens
          const messages = [...systems.map((content) => ({ role: 'system', content })), user(each.prompt)]
          expect(requests[i]?.body).toEqual(
            JSON.parse(JSON.stringify({ model: 'gpt-4.1', messages, ...merged })),
          )
          expect(Object.keys(Object(requests[i]?.body)).length).toBe(topLevelKeys(requests[i]?.text ?? ''))
        })
      }),
    )
  })
})

/** Counts a text's top-level members as written, so that a key written twice counts twice. */
const topLevelKeys = (text: string): number => {
  let [depth, keys] = [0, 0]
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/gs)) {
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (token === ':' && depth === 1) keys += 1
  }
  return keys
}
