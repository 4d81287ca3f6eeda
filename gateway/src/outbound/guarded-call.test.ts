import { describe, expect, it } from 'vitest'
import { createManualClock } from '../clock/manual-clock.ts'
import type { ExchangeAnswer, ExchangeOrder } from './exchange.ts'
import { createGuardedCall, type GuardedOrder } from './guarded-call.ts'
import type { NetworkRules } from './network-rules.ts'

const PUBLIC = '93.184.216.34'

interface World {
  /** Addresses by host, of the first look-up, the second, and so on; the last one stays. */
  readonly dns?: Readonly<Record<string, ReadonlyArray<readonly string[]>>>
  readonly answers?: ReadonlyArray<Partial<ExchangeAnswer> | Error>
  readonly rules?: Partial<NetworkRules>
}

const worldOf = ({ dns = {}, answers = [], rules = {} }: World) => {
  const clock = createManualClock()
  const calls: ExchangeOrder[] = []
  const looked: Record<string, number> = {}
  const trusted: boolean[] = []
  const call = createGuardedCall({
    clock,
    async resolve(host, how) {
      trusted.push(how.trusted)
      const nth = looked[host] ?? 0
      looked[host] = nth + 1
      const found = dns[host]?.[nth] ?? dns[host]?.at(-1)
      if (!found) throw Object.assign(new Error(host), { code: 'ENOTFOUND' })
      return found
    },
    async exchange(order) {
      calls.push(order)
      const answer = answers[calls.length - 1] ?? { status: 200 }
      if (answer instanceof Error) throw answer
      return { status: 200, location: undefined, retryAfter: undefined, ...answer }
    },
    rules: () => ({ allowPrivateNetworks: false, allowedHosts: [], ...rules }),
  })
  const post = (url: string, more: Partial<GuardedOrder> = {}) =>
    call({ url, method: 'POST', headers: { a: 'b' }, body: '{}', timeoutMs: 1_000, ...more })
  return { clock, calls, trusted, post }
}

const failure = (code: string): Error => Object.assign(new Error(`connect ${code}`), { code })

describe('a call to what a client names', () => {
  it('connects to the address that was judged, for the name that was given', async () => {
    const { post, calls } = worldOf({ dns: { 'hooks.example': [[PUBLIC, '8.8.8.8']] } })
    expect(await post('https://hooks.example/x?y=1')).toEqual({
      kind: 'answered',
      status: 200,
      retryAfter: undefined,
    })
    expect(calls).toMatchObject([{ address: PUBLIC, method: 'POST', headers: { a: 'b' }, body: '{}' }])
    expect(calls[0]?.url.href).toBe('https://hooks.example/x?y=1')
  })

  it('is not made where one of its addresses is private', async () => {
    const { post, calls } = worldOf({ dns: { 'hooks.example': [[PUBLIC, '10.0.0.1']] } })
    expect(await post('https://hooks.example/')).toMatchObject({ kind: 'refused' })
    expect(calls).toEqual([])
  })

  it('is judged anew each time: a name that moves inside is not followed', async () => {
    const { post, calls } = worldOf({ dns: { 'hooks.example': [[PUBLIC], ['169.254.169.254']] } })
    expect(await post('https://hooks.example/')).toMatchObject({ kind: 'answered' })
    expect(await post('https://hooks.example/')).toMatchObject({ kind: 'refused' })
    expect(calls.map(({ address }) => address)).toEqual([PUBLIC])
  })

  it('looks an address up nowhere', async () => {
    const { post, calls } = worldOf({})
    expect(await post('http://8.8.8.8:81/')).toMatchObject({ kind: 'answered' })
    expect(await post('http://[::1]/')).toMatchObject({ kind: 'refused' })
    expect(calls.map(({ address }) => address)).toEqual(['8.8.8.8'])
  })

  it('goes where the operator allows, looked up as this machine does', async () => {
    const { post, calls, trusted } = worldOf({
      dns: { inside: [['10.0.0.1']], 'hooks.example': [[PUBLIC]] },
      rules: { allowedHosts: ['inside'] },
    })
    expect(await post('http://inside/')).toMatchObject({ kind: 'answered' })
    expect(await post('http://hooks.example/')).toMatchObject({ kind: 'answered' })
    expect(calls.map(({ address }) => address)).toEqual(['10.0.0.1', PUBLIC])
    expect(trusted).toEqual([true, false])
  })

  it('takes the next address where one cannot be reached, and no other failure for that', async () => {
    const dns = { h: [['8.8.8.8', '8.8.4.4']] }
    const unreachable = worldOf({ dns, answers: [failure('ECONNREFUSED'), { status: 204 }] })
    expect(await unreachable.post('http://h/')).toMatchObject({ kind: 'answered', status: 204 })
    const broken = worldOf({ dns, answers: [failure('ECONNRESET'), { status: 204 }] })
    expect(await broken.post('http://h/')).toEqual({ kind: 'failed', message: 'connect ECONNRESET' })
  })

  it('says what name was not found', async () => {
    const { post } = worldOf({ dns: { empty: [[]] } })
    expect(await post('http://nowhere/')).toEqual({
      kind: 'failed',
      message: 'nowhere was not found: ENOTFOUND',
    })
    expect(await post('http://empty/')).toEqual({ kind: 'failed', message: 'empty has no address' })
  })

  it('is given up in time, wherever it hangs', async () => {
    for (const hanging of ['resolve', 'exchange'] as const) {
      const clock = createManualClock()
      let signal: AbortSignal | undefined
      const never = new Promise<never>(() => {})
      const call = createGuardedCall({
        clock,
        resolve: async () => (hanging === 'resolve' ? never : [PUBLIC]),
        exchange: (order) => {
          signal = order.signal
          return never
        },
        rules: () => ({ allowPrivateNetworks: false, allowedHosts: [] }),
      })
      const outcome = call({ url: 'http://h/', method: 'POST', headers: {}, body: '', timeoutMs: 1_000 })
      await Promise.resolve()
      clock.advance(1_000)
      expect(await outcome).toEqual({ kind: 'failed', message: 'no answer within 1 s' })
      if (hanging === 'exchange') expect(signal?.aborted).toBe(true)
    }
  })
})

describe('a redirect', () => {
  const dns = { first: [[PUBLIC]], second: [['8.8.8.8']], inside: [['10.0.0.1']] }
  const redirect = (location: string, status = 307) => ({ status, location })

  it('is followed with the same method and body', async () => {
    const { post, calls } = worldOf({ dns, answers: [redirect('https://second/there', 308)] })
    expect(await post('https://first/')).toMatchObject({ kind: 'answered', status: 200 })
    expect(calls.map(({ address, method, body }) => [address, method, body])).toEqual([
      [PUBLIC, 'POST', '{}'],
      ['8.8.8.8', 'POST', '{}'],
    ])
    expect(calls[1]?.url.href).toBe('https://second/there')
  })

  it('may be relative', async () => {
    const { post, calls } = worldOf({ dns, answers: [redirect('../b')] })
    await post('https://first/a/')
    expect(calls[1]?.url.href).toBe('https://first/b')
  })

  it.each(['http://inside/', 'http://127.0.0.1/', 'http://[::ffff:169.254.169.254]/', 'http://localhost/'])(
    'to %s is not followed',
    async (location) => {
      const { post, calls } = worldOf({ dns, answers: [redirect(location)] })
      expect(await post('http://first/')).toMatchObject({ kind: 'refused' })
      expect(calls).toHaveLength(1)
    },
  )

  it.each(['http://second/', 'ftp://second/', 'https://me:pw@second/'])(
    'from https to %s is not followed',
    async (location) => {
      const { post, calls } = worldOf({ dns, answers: [redirect(location)] })
      expect(await post('https://first/')).toMatchObject({ kind: 'refused' })
      expect(calls).toHaveLength(1)
    },
  )

  it('that nobody can read is a failure', async () => {
    const { post } = worldOf({ dns, answers: [redirect('http://[')] })
    expect(await post('http://first/')).toMatchObject({ kind: 'failed' })
  })

  it('is followed three times and not more', async () => {
    const again = redirect('http://first/')
    const thrice = worldOf({ dns, answers: [again, again, again, { status: 200 }] })
    expect(await thrice.post('http://first/')).toMatchObject({ kind: 'answered' })
    const endless = worldOf({ dns, answers: [again, again, again, again] })
    expect(await endless.post('http://first/')).toEqual({ kind: 'failed', message: 'more redirects than 3' })
    expect(endless.calls).toHaveLength(4)
  })

  it.each([301, 302, 303, 307, 308])('of a GET with %i is followed, as often as it says', async (status) => {
    const get = { method: 'GET', body: '', redirectsMax: 1 } as const
    const once = worldOf({ dns, answers: [redirect('http://second/', status)] })
    expect(await once.post('http://first/', get)).toMatchObject({ kind: 'answered', status: 200 })
    const twice = worldOf({ dns, answers: [redirect('http://first/', status), redirect('http://first/')] })
    expect(await twice.post('http://first/', get)).toEqual({
      kind: 'failed',
      message: 'more redirects than 1',
    })
    const inside = worldOf({ dns, answers: [redirect('http://inside/', status)] })
    expect(await inside.post('http://first/', get)).toMatchObject({ kind: 'refused' })
    expect(inside.calls).toHaveLength(1)
  })

  it.each([301, 302, 303])('with %i would lose the body, and is an answer like any other', async (status) => {
    const { post, calls } = worldOf({ dns, answers: [redirect('http://second/', status)] })
    expect(await post('http://first/')).toMatchObject({ kind: 'answered', status })
    expect(calls).toHaveLength(1)
  })
})
