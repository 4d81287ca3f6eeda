import { describe, expect, it } from 'vitest'
import { createCreatesInLine } from './creates-in-line.ts'

const create = { account: 'acme', apiKey: 'key-1', idempotencyKey: null, again: false }

/** Lets everything run that can. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

const open = () => {
  const line = createCreatesInLine()
  const started: string[] = []
  const ends = new Map<string, PromiseWithResolvers<void>>()
  const start = (name: string, more: Partial<Parameters<typeof line.run>[0]>): Promise<string> =>
    line.run({ ...create, ...more }, async () => {
      started.push(name)
      const end = Promise.withResolvers<void>()
      ends.set(name, end)
      await end.promise
      return name
    })
  const end = (name: string): Promise<void> => {
    ends.get(name)?.resolve()
    return settle()
  }
  const fail = (name: string): Promise<void> => {
    ends.get(name)?.reject(new Error(`${name} failed`))
    return settle()
  }
  return { start, end, fail, started }
}

describe('creates that may be the same one', () => {
  it('go one after the other where they have one idempotency key', async () => {
    const { start, end, started } = open()
    const all = [1, 2, 3].map((nth) => start(`n${nth}`, { idempotencyKey: 'night' }))
    await settle()
    expect(started).toEqual(['n1'])
    await end('n1')
    expect(started).toEqual(['n1', 'n2'])
    await end('n2')
    await end('n3')
    expect(await Promise.all(all)).toEqual(['n1', 'n2', 'n3'])
  })

  it('do not wait for another key, nor for the same key of another account', async () => {
    const { start, started } = open()
    start('first', { idempotencyKey: 'night' })
    start('other key', { idempotencyKey: 'day' })
    start('other account', { idempotencyKey: 'night', account: 'other', apiKey: 'key-2' })
    start('unnamed', {})
    await settle()
    expect(started).toEqual(['first', 'other key', 'other account', 'unnamed'])
  })

  it('wait for all of their key that came before, where they say that they are sent again', async () => {
    const { start, end, started } = open()
    start('first', {})
    start('second', {})
    start('again', { again: true })
    start('later', {})
    start('of another key', { again: true, apiKey: 'key-2' })
    await settle()
    expect(started).toEqual(['first', 'second', 'later', 'of another key'])
    await end('first')
    expect(started).not.toContain('again')
    await end('second')
    expect(started).toContain('again')
  })

  it('let the next one go when one fails, and tell only its own caller', async () => {
    const { start, end, fail, started } = open()
    const first = start('first', { idempotencyKey: 'night' })
    const second = start('second', { idempotencyKey: 'night' })
    const told = expect(first).rejects.toThrow('first failed')
    await settle()
    await fail('first')
    await told
    expect(started).toEqual(['first', 'second'])
    await end('second')
    expect(await second).toBe('second')
  })

  it('wait for nobody once the ones before are done', async () => {
    const { start, end, started } = open()
    start('first', { idempotencyKey: 'night' })
    await settle()
    await end('first')
    start('again', { idempotencyKey: 'night', again: true })
    await settle()
    expect(started).toEqual(['first', 'again'])
  })
})
