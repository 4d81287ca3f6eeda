import { describe, expect, it } from 'vitest'
import { createTurns } from './turns.ts'

/** What is started, in order; it ends when the test says so. */
const stage = (max: number, perGroupMax: number) => {
  const inTurn = createTurns({ max, perGroupMax })
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const begin = (group: string, name: string): Promise<void> =>
    inTurn(group, () => {
      started.push(name)
      return new Promise((resolve) => ends.set(name, resolve))
    })
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { begin, end, started, settled: () => new Promise((resolve) => setImmediate(resolve)) }
}

describe('turns', () => {
  it('are given to a group up to its share, and to others beside it', async () => {
    const { begin, started, settled } = stage(4, 2)
    for (const name of ['a1', 'a2', 'a3', 'a4']) void begin('a', name)
    for (const name of ['b1', 'b2', 'b3']) void begin('b', name)
    await settled()
    expect(started).toEqual(['a1', 'a2', 'b1', 'b2'])
  })

  it('go around among groups that wait, whoever came first with however much', async () => {
    const { begin, end, started, settled } = stage(1, 1)
    for (const name of ['a1', 'a2', 'a3']) void begin('a', name)
    void begin('b', 'b1')
    void begin('c', 'c1')
    await settled()
    for (const name of ['a1', 'a2', 'b1', 'c1']) await end(name)
    expect(started).toEqual(['a1', 'a2', 'b1', 'c1', 'a3'])
  })

  it('come also after a run that fails', async () => {
    const inTurn = createTurns({ max: 1, perGroupMax: 1 })
    const failing = inTurn('a', () => Promise.reject(new Error('no')))
    const next = inTurn('a', async () => 'yes')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('yes')
  })

  it('leave no place unused while somebody may take it', async () => {
    const { begin, end, started, settled } = stage(2, 1)
    void begin('a', 'a1')
    void begin('a', 'a2')
    await settled()
    expect(started).toEqual(['a1'])
    void begin('b', 'b1')
    await settled()
    expect(started).toEqual(['a1', 'b1'])
    await end('a1')
    expect(started).toEqual(['a1', 'b1', 'a2'])
  })
})
