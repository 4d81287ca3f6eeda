import { describe, expect, it } from 'vitest'
import { DEFAULT_PRESETS } from '../../config/presets.ts'
import { mergeOptions, OPTION_NAMES, optionsProblem } from './options.ts'

const tool = { type: 'function', function: { name: 'look_up', parameters: { type: 'object' } } }

describe('options', () => {
  it.each([
    [{ temperature: 0 }],
    [{ temperature: 2, top_p: 1, max_tokens: 1, presence_penalty: -2, frequency_penalty: 2, seed: -7 }],
    [{ max_completion_tokens: 500, stop: 'END', user: 'team-a', n: 1 }],
    [{ stop: ['a', 'b', 'c', 'd'], logprobs: true, top_logprobs: 20, logit_bias: { 50256: -100 } }],
    [{ response_format: { type: 'json_object' }, reasoning_effort: 'low', verbosity: 'high' }],
    [{ response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { maximum: 5 } } } }],
    [{ tools: [tool], tool_choice: tool, parallel_tool_calls: false }],
    [{ tool_choice: 'auto', temperature: null, stream: false }],
    [{}],
  ])('takes %j', (options) => {
    expect(optionsProblem(options, 'options')).toBeUndefined()
  })

  it.each([
    ['temperature', [2.1, -0.1, '1', Number.POSITIVE_INFINITY, true, [1]]],
    ['top_p', [1.1, -1]],
    ['max_tokens', [0, 1.5, '500', 1e300]],
    ['max_completion_tokens', [0, -1]],
    ['stop', [[], ['a', 'b', 'c', 'd', 'e'], [1], 5]],
    ['presence_penalty', [2.01]],
    ['frequency_penalty', [-2.01]],
    ['seed', [1.5, 2 ** 53]],
    [
      'response_format',
      [
        'json',
        { type: 'xml' },
        { type: 'json_schema' },
        { type: 'json_schema', json_schema: { name: 'x', schema: { maximum: Number.POSITIVE_INFINITY } } },
      ],
    ],
    ['reasoning_effort', ['max', 3]],
    ['logit_bias', [{ 1: 101 }, [1]]],
    ['logprobs', [1]],
    ['top_logprobs', [21, -1]],
    ['user', [7]],
    ['verbosity', ['loud']],
    ['tools', [[], [{ type: 'function' }], {}]],
    ['tool_choice', ['any', { type: 'function' }]],
    ['parallel_tool_calls', ['yes']],
    ['n', [2, 0]],
  ])('refuses wrong values of %s and says what is allowed', (name, values) => {
    for (const value of values) {
      const problem = optionsProblem({ [name]: value }, 'options')
      expect(problem).toMatchObject({ code: 'invalid_value', field: `options.${name}` })
      expect(problem?.message).toMatch(/must be .+, got /)
    }
  })

  it('has a wrong value in this test for every option', () => {
    expect(OPTION_NAMES).toHaveLength(19)
  })

  it('keeps every option at the bit that is stored with shards', () => {
    expect(OPTION_NAMES.join(' ')).toBe(
      'temperature top_p max_tokens max_completion_tokens stop presence_penalty frequency_penalty seed ' +
        'response_format reasoning_effort logit_bias logprobs top_logprobs user verbosity tools tool_choice ' +
        'parallel_tool_calls n',
    )
  })

  it('names an unknown option and those there are', () => {
    const problem = optionsProblem({ temprature: 1 }, 'options')
    expect(problem).toMatchObject({ code: 'unknown_field', field: 'options.temprature' })
    expect(problem?.message).toContain('temperature')
    expect(optionsProblem({ ['x'.repeat(10_000)]: 1 }, 'options')?.message.length).toBeLessThan(500)
    expect(optionsProblem(JSON.parse('{"__proto__":1}'), 'options')?.code).toBe('unknown_field')
    expect(optionsProblem({ constructor: 1 }, 'options')?.code).toBe('unknown_field')
  })

  it('refuses to stream in its own words', () => {
    expect(optionsProblem({ stream: true }, 'options')).toMatchObject({
      code: 'unsupported_option',
      field: 'options.stream',
    })
  })

  it('refuses two names of one thing', () => {
    expect(optionsProblem({ max_tokens: 1, max_completion_tokens: 2 }, 'options')).toMatchObject({
      code: 'conflicting_fields',
      field: 'options.max_completion_tokens',
    })
  })

  it.each([[[]], ['x'], [1], [true]])('refuses %j as options', (options) => {
    expect(optionsProblem(options, 'options')?.code).toBe('invalid_type')
  })

  it('merges, the higher one winning, by either name', () => {
    const low = { temperature: 0.1, max_tokens: 100, seed: 1 }
    expect(mergeOptions(low, { temperature: 0, max_completion_tokens: 5, seed: null })).toEqual({
      temperature: 0,
      max_completion_tokens: 5,
      seed: 1,
    })
  })

  it('accepts the options of every preset', () => {
    for (const { options } of Object.values(DEFAULT_PRESETS)) {
      expect(optionsProblem(options, 'options')).toBeUndefined()
    }
  })
})
