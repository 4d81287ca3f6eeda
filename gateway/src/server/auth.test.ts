import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ApiKey, KeyRole } from '../storage/operator.ts'
import { createAuthentication } from './auth.ts'

const NO_LIMITS = { spend: null, requestsPerMinute: null, tokensPerMinute: null }

const keyOf = (id: string, role: KeyRole): ApiKey =>
  ({ id, account: `acct_${id}`, role, usable: true, models: null, limits: NO_LIMITS }) as unknown as ApiKey

const stage = () => {
  const known = new Map<string, ApiKey>([
    ['sk-a', keyOf('a', 'client')],
    ['sk-b', keyOf('b', 'client')],
    ['sk-op', keyOf('op', 'operator')],
  ])
  const byHash = new Map([...known].map(([secret, key]) => [hashOf(secret).toString('hex'), key]))
  const looks: string[] = []
  let now = 0
  const keys = {
    keyByHash: async (hash: Uint8Array) => {
      const key = byHash.get(Buffer.from(hash).toString('hex'))
      looks.push(key?.id ?? 'none')
      return key
    },
  }
  const clock = { monotonic: () => now } as Parameters<typeof createAuthentication>[1]
  const pass = (ms: number): void => {
    now += ms
  }
  return { ...createAuthentication(keys, clock), looks, pass }
}

const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

describe('the key of a request', () => {
  it('comes in either header, or as the same in both', async () => {
    const { client } = stage()
    for (const headers of [
      bearer('sk-a'),
      { 'x-api-key': 'sk-a' },
      { ...bearer('sk-a'), 'x-api-key': 'sk-a' },
      { authorization: 'bearer   sk-a ', 'x-api-key': 'sk-a' },
      { ...bearer('sk-a'), 'x-api-key': '' },
    ]) {
      expect(await client(headers)).toMatchObject({ id: 'a' })
    }
  })

  it('is refused where the headers carry two, before any of them is looked up', async () => {
    const { client, looks } = stage()
    for (const headers of [
      { ...bearer('sk-a'), 'x-api-key': 'sk-b' },
      { authorization: 'sk-a', 'x-api-key': 'sk-a' },
      { authorization: 'Basic sk-a', 'x-api-key': 'sk-a' },
    ]) {
      await expect(client(headers)).rejects.toMatchObject({ code: 'invalid_header', status: 400 })
    }
    expect(looks).toEqual([])
  })

  it('is not taken from the wrong header, not even when it was seen in the right one', async () => {
    const { client } = stage()
    await client(bearer('sk-a'))
    await client({ 'x-api-key': 'sk-a' })
    for (const headers of [
      {},
      { authorization: 'sk-a' },
      { 'x-api-key': 'Bearer sk-a' },
      { authorization: '' },
    ]) {
      await expect(client(headers)).rejects.toMatchObject({ code: 'unauthorized' })
    }
  })

  it('is looked up once in half a second, whichever header it comes in', async () => {
    const { client, looks, pass } = stage()
    await client(bearer('sk-a'))
    pass(499)
    await client({ 'x-api-key': 'sk-a' })
    expect(looks).toEqual(['a'])
    pass(1)
    await client({ 'x-api-key': 'sk-a' })
    expect(looks).toEqual(['a', 'a'])
  })

  it('has to be of the right role in x-api-key too', async () => {
    const { client, operator } = stage()
    await expect(client({ 'x-api-key': 'sk-op' })).rejects.toMatchObject({ code: 'operator_key' })
    await expect(operator({ 'x-api-key': 'sk-a' })).rejects.toMatchObject({ code: 'operator_only' })
    expect(await operator({ 'x-api-key': 'sk-op' })).toMatchObject({ id: 'op' })
  })

  it('says whose it is to those who take notes, and nothing where there are two', async () => {
    const { client, caller } = stage()
    expect(caller({ 'x-api-key': 'sk-a' })).toBeUndefined()
    await client({ 'x-api-key': 'sk-a' })
    expect(caller({ 'x-api-key': 'sk-a' })).toEqual({ key: 'a', account: 'acct_a' })
    expect(caller({ ...bearer('sk-a'), 'x-api-key': 'sk-b' })).toBeUndefined()
    expect(caller({})).toBeUndefined()
  })
})
