import { describe, expect, it } from 'vitest'
import type { ResultLine } from '../results/result-line.ts'
import { drawPlaces } from './draw.ts'
import { estimateText, extrapolate } from './extrapolate.ts'

describe('a sample', () => {
  it('is the first ones, or drawn from a seed: ascending, distinct, the same each time', () => {
    expect(drawPlaces(10, 3, undefined)).toEqual([0, 1, 2])
    const drawn = drawPlaces(1_000, 50, 7)
    expect(drawn).toEqual(drawPlaces(1_000, 50, 7))
    expect(drawn).not.toEqual(drawPlaces(1_000, 50, 8))
    expect(drawn).toEqual([...new Set(drawn)].toSorted((one, other) => one - other))
    expect(drawn).toHaveLength(50)
    expect(drawn.every((place) => place >= 0 && place < 1_000)).toBe(true)
    expect(drawPlaces(3, 5, 7)).toEqual([0, 1, 2])
  })

  it('draws each place about equally often', () => {
    const hits = Array.from({ length: 10 }, () => 0)
    for (let seed = 0; seed < 2_000; seed++)
      for (const place of drawPlaces(10, 2, seed)) hits[place] = (hits[place] ?? 0) + 1
    for (const count of hits) expect(Math.abs(count - 400)).toBeLessThan(100)
  })
})

describe('what the rest takes', () => {
  const line = (cost: string | null, tokens: number): ResultLine => ({
    custom_id: 'a',
    status: cost === null ? 'failed' : 'succeeded',
    output: null,
    model: null,
    finish_reason: null,
    usage:
      tokens === 0
        ? null
        : { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens, cached_tokens: 0 },
    cost,
    error: cost === null ? { code: 'c', message: 'm' } : null,
    batch_id: 'b',
  })
  const figures = {
    lines: [line('0.01', 100), line('0.03', 300), line(null, 0), line('0.02', 200)],
    costOf: ({ cost }: ResultLine) => (cost === null ? undefined : BigInt(Math.round(Number(cost) * 1e9))),
    seconds: 10,
    records: 400,
    batches: 8,
    parallel: 4,
  }

  it('is the mean of the sample, its failures too', () => {
    const estimate = extrapolate(figures)
    expect(estimate).toEqual({
      records: 400,
      cost: 6_000_000_000n,
      tokens: 60_000,
      secondsMin: 20,
      secondsMax: 1_000,
    })
    expect(estimateText(estimate)).toBe(
      'The other 400 records, if they are like these: for about $6.00, 60,000 tokens, in 20 s to 16 min 40 s.',
    )
  })

  it('is not told where it is not known', () => {
    const estimate = extrapolate({ ...figures, costOf: () => undefined, seconds: undefined })
    expect(estimate).toMatchObject({ cost: undefined, secondsMin: undefined })
    expect(estimateText(estimate)).toContain('at a cost that the server does not tell, 60,000 tokens.')
    expect(extrapolate({ ...figures, lines: [] })).toMatchObject({ cost: undefined, tokens: undefined })
  })
})
