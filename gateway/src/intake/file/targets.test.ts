import { describe, expect, it } from 'vitest'
import { Targets } from './targets.ts'

const request = { model: 'a', endpoint: '/v1/x', line: 1, bodyBytes: 300, outputTokens: 10 }

describe('the targets of a file', () => {
  it('are counted by model and endpoint, in the order in which they came', () => {
    const targets = new Targets(10)
    targets.add(request)
    targets.add({ ...request, model: 'b', line: 2 })
    targets.add({ ...request, line: 4, outputTokens: undefined })
    targets.add({ ...request, endpoint: '/v1/y', line: 5, bodyBytes: 1 })
    expect(targets.all()).toEqual([
      {
        model: 'a',
        endpoint: '/v1/x',
        requests: 2,
        firstLines: [1, 4],
        inputTokens: 216,
        outputTokens: 10,
        withoutOutputLimit: 1,
      },
      {
        model: 'b',
        endpoint: '/v1/x',
        requests: 1,
        firstLines: [2],
        inputTokens: 108,
        outputTokens: 10,
        withoutOutputLimit: 0,
      },
      {
        model: 'a',
        endpoint: '/v1/y',
        requests: 1,
        firstLines: [5],
        inputTokens: 9,
        outputTokens: 10,
        withoutOutputLimit: 0,
      },
    ])
  })

  it('are kept up to a number, and those that are known still count', () => {
    const targets = new Targets(2)
    expect(['a', 'b', 'c', 'a'].map((model) => targets.add({ ...request, model }))).toEqual([
      true,
      true,
      false,
      true,
    ])
    expect(targets.all().map(({ requests }) => requests)).toEqual([2, 1])
  })

  it('name the first lines of each, however many the others have', () => {
    const targets = new Targets(10_000)
    for (let line = 1; line <= 5_000; line += 1) targets.add({ ...request, line })
    for (let line = 5_001; line <= 8_000; line += 1) targets.add({ ...request, model: 'b', line })
    targets.add({ ...request, model: 'c', line: 8_001 })
    const first = targets.all().map(({ firstLines }) => [firstLines[0], firstLines.length])
    expect(first).toEqual([
      [1, 1_000],
      [5_001, 1_000],
      [8_001, 1],
    ])
  })

  it('of a name like a member of every object are counted too', () => {
    const targets = new Targets(2)
    expect(targets.add({ ...request, model: '__proto__' })).toBe(true)
    expect(targets.all()).toMatchObject([{ model: '__proto__', requests: 1 }])
  })
})
