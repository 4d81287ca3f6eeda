import { describe, expect, it } from 'vitest'
import { checkFaults, checkOptions } from './check-options.ts'
import { createSimulator } from './simulator.ts'

const problemsOf = (value: unknown) => {
  const checked = checkOptions(value)
  return 'problems' in checked ? checked.problems : []
}

describe('checkOptions', () => {
  it('takes a list of faults, or an object of options', () => {
    const faults = [{ kind: 'hang', rate: 0.5, nth: [1, 2] }]
    expect(checkOptions(faults)).toEqual({ value: { faults } })
    const options = { faults, seed: 3, models: { 'gpt-4.1': { firstByteMs: 5 } }, defaults: {}, keys: ['a'] }
    expect(checkOptions(options)).toEqual({ value: options })
  })

  it('names every field that is wrong, and what is allowed', () => {
    expect(
      problemsOf({
        seed: -1,
        pretty: 'yes',
        tempo: 1,
        models: { m: { latency: 5, requestsPerMinute: 0 } },
        faults: [{ kind: 'explode', rate: 1.5 }, { nth: [0] }, 7, { kind: 'stream_cut', afterEvents: -1 }],
      }),
    ).toEqual([
      'seed: -1 is not a whole number from 0 to 4294967295',
      'pretty: "yes" is neither true nor false',
      'tempo: unknown field; known are seed, pretty, keys, anyModel, models, defaults, faults, tapeRowsMax',
      expect.stringMatching(/^models\.m\.latency: unknown field; known are firstByteMs, /),
      'models.m.requestsPerMinute: 0 is not a whole number from 1 up',
      expect.stringMatching(/^faults\[0\]\.kind: "explode" is not a kind of fault; there are rate_limit, /),
      'faults[0].rate: 1.5 is not a number from 0 to 1',
      'faults[1].nth[0]: 0 is not a whole number from 1 up',
      'faults[1].kind: missing',
      'faults[2]: 7 is not an object',
      'faults[3].afterEvents: -1 is not a whole number from 0 up',
    ])
  })

  it.each([[null], [7], ['faults'], [true]])('refuses %j', (value) => {
    expect(problemsOf(value)).toHaveLength(1)
  })

  it('is asked by the simulator itself', () => {
    const clock = { now: () => 0 }
    expect(() => createSimulator({ clock, tapeRowsMax: -1 })).toThrow('simulator options: tapeRowsMax: -1')
    const simulator = createSimulator({ clock })
    expect(() => simulator.setFaults([{ kind: 'hang', rate: 2 }])).toThrow('faults[0].rate: 2')
  })
})

describe('checkFaults', () => {
  it('takes the list bare or in an object', () => {
    expect(checkFaults([{ kind: 'hang' }])).toEqual({ value: [{ kind: 'hang' }] })
    expect(checkFaults({ faults: [] })).toEqual({ value: [] })
    expect(checkFaults({ faults: [], models: {} })).toHaveProperty('problems')
  })
})
