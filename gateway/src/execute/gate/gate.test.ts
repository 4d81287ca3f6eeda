import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import type { CallAnswer } from '../../provider/call.ts'
import type { Failure, FailureClass } from '../../provider/failure.ts'
import { openaiRates } from '../../provider/openai/rate-headers.ts'
import type { Verdict } from '../../provider/verdict.ts'
import { tokensIn } from './gate.fixture.ts'
import { createGate, type Gate, type GateLimits, type Lane, type Permit } from './gate.ts'

/** Waits once at a gate; the returned function takes that back. */
const whenReady = (gate: Gate, lane: Lane, callback: () => void): (() => void) => {
  const watcher = gate.watch(lane, callback)
  watcher.wait()
  return watcher.cancel
}

const LIMITS: GateLimits = { concurrencyMax: 1_000, concurrencyInitial: 32, interactiveShare: 0 }

const failure = (of: FailureClass, retryAfterMs?: number): Failure => ({
  kind: 'failure',
  class: of,
  code: of,
  message: 'why',
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
})

const answered = (headers: Record<string, string> = {}): CallAnswer => ({
  kind: 'answer',
  status: 200,
  headers: new Map(Object.entries(headers)),
  body: Buffer.alloc(0),
  firstByteMs: 1,
  totalMs: 1,
})

const SUCCESS: Verdict = {
  kind: 'success',
  answer: { text: 'ok', finishReason: 'stop', model: 'm', usage: undefined },
  reply: answered(),
}

const open = (limits: Partial<GateLimits> = {}) => {
  const clock = createManualClock()
  return { clock, gate: createGate({ clock, limits: { ...LIMITS, ...limits }, rates: openaiRates }) }
}

const enterAll = (gate: Gate, lane: Lane = 'batch', tokens = 1): Permit[] => {
  const permits: Permit[] = []
  for (
    let permit = gate.tryEnter(lane, tokensIn(tokens));
    permit;
    permit = gate.tryEnter(lane, tokensIn(tokens))
  )
    permits.push(permit)
  return permits
}

const enter = (gate: Gate): Permit => {
  const permit = gate.tryEnter('batch', tokensIn(1))
  if (!permit) throw new Error('refused')
  return permit
}

describe('entering', () => {
  it('is limited, and those who wait are called one place at a time', () => {
    const { gate } = open({ concurrencyInitial: 2, concurrencyMax: 2 })
    const permits = enterAll(gate)
    expect(permits).toHaveLength(2)
    const called: string[] = []
    for (const name of ['a', 'b']) {
      whenReady(gate, 'batch', () => {
        called.push(name)
        gate.tryEnter('batch', tokensIn(1))
      })
    }
    expect(gate.state()).toEqual({
      state: 'open',
      limit: 2,
      inFlight: 2,
      waiting: 2,
      lanes: { interactive: { inFlight: 0, waiting: 0 }, batch: { inFlight: 2, waiting: 2 } },
    })
    permits[0]?.done(answered(), SUCCESS)
    expect(called).toEqual(['a'])
    permits[1]?.unused()
    expect(called).toEqual(['a', 'b'])
  })

  it('calls nobody who took it back', () => {
    const { gate } = open({ concurrencyInitial: 1, concurrencyMax: 1 })
    const permit = enter(gate)
    const cancel = whenReady(gate, 'batch', () => {
      throw new Error('called')
    })
    cancel()
    permit.done(answered(), SUCCESS)
    expect(gate.state().waiting).toBe(0)
  })

  it('calls soon who waits though there is room, and does not spin', () => {
    const { clock, gate } = open()
    let called = 0
    const again = (): void => {
      called += 1
      whenReady(gate, 'batch', again)
    }
    whenReady(gate, 'batch', again)
    expect(called).toBe(0)
    clock.advance(10)
    expect(called).toBeGreaterThan(0)
    expect(called).toBeLessThanOrEqual(10)
  })

  it('takes a permit back once', () => {
    const { gate } = open()
    const permit = enter(gate)
    permit.unused()
    expect(() => permit.done(answered(), SUCCESS)).toThrow('twice')
    expect(gate.state().inFlight).toBe(0)
  })
})

describe('two lanes', () => {
  it('leave the interactive share free of batches', () => {
    const { gate } = open({ concurrencyInitial: 10, concurrencyMax: 10, interactiveShare: 0.3 })
    expect(enterAll(gate, 'batch')).toHaveLength(7)
    expect(enterAll(gate, 'interactive')).toHaveLength(3)
  })

  it('let the limit grow where a batch used all that it may', () => {
    const { gate } = open({ concurrencyInitial: 10, interactiveShare: 0.3 })
    for (const permit of enterAll(gate, 'batch')) permit.done(answered(), SUCCESS)
    expect(gate.state().limit).toBe(17)
  })

  it('take turns at a single place', () => {
    const { gate } = open({ concurrencyInitial: 1, concurrencyMax: 1, interactiveShare: 0.2 })
    let current = enter(gate)
    const order: Lane[] = []
    const wait = (lane: Lane): void => {
      whenReady(gate, lane, () => {
        order.push(lane)
        const permit = gate.tryEnter(lane, tokensIn(1))
        if (!permit) throw new Error('called without room')
        current = permit
        wait(lane)
      })
    }
    wait('batch')
    wait('interactive')
    for (let i = 0; i < 4; i += 1) current.done(answered(), SUCCESS)
    expect(order).toEqual(['interactive', 'batch', 'interactive', 'batch'])
  })
})

describe('what the gate learns', () => {
  it('pauses for all when one was told to wait', () => {
    const { clock, gate } = open()
    const first = enter(gate)
    first.done(answered(), failure('throttled', 2_000))
    expect(gate.tryEnter('batch', tokensIn(1))).toBeUndefined()
    expect(gate.state()).toMatchObject({ state: 'paused', until: clock.now() + 2_000 })
    let called = false
    whenReady(gate, 'batch', () => {
      called = true
    })
    clock.advance(1_999)
    expect(called).toBe(false)
    clock.advance(2)
    expect(called).toBe(true)
    expect(gate.state().state).toBe('open')
  })

  it('waits for the reset that a header names', () => {
    const { clock, gate } = open()
    const headers = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }
    enter(gate).done(answered(headers), SUCCESS)
    expect(gate.state()).toMatchObject({ state: 'paused', until: clock.now() + 360_000 })
  })

  it('shuts for a refused key, says why, and opens after one good probe', () => {
    const { clock, gate } = open()
    const others = [enter(gate), enter(gate)]
    enter(gate).done(answered(), failure('key_refused'))
    for (const other of others) other.done(answered(), SUCCESS)
    expect(gate.state()).toMatchObject({ state: 'shut', until: clock.now() + 1_000 })
    expect(gate.state().reason).toContain('The provider refuses the key (401). key_refused: why')
    expect(gate.tryEnter('batch', tokensIn(1))).toBeUndefined()
    clock.advance(1_000)
    const probes = enterAll(gate)
    expect(probes).toHaveLength(1)
    probes[0]?.done(answered(), failure('bad_request'))
    expect(gate.state().state).toBe('open')
  })

  it('trips when calls fail, and probes by itself those who wait', () => {
    const { clock, gate } = open()
    for (let i = 0; i < 20; i += 1) enter(gate).done(answered(), failure('server_error'))
    expect(gate.state()).toMatchObject({ state: 'tripped', reason: '20 of the last 20 calls failed' })
    let entered = 0
    whenReady(gate, 'batch', () => {
      entered = enterAll(gate).length
    })
    clock.advance(5_000)
    expect(entered).toBe(3)
  })

  it('neither trips nor shuts for throttling or for bad requests', () => {
    const { gate } = open()
    for (let i = 0; i < 100; i += 1) {
      enter(gate).done(answered(), failure('throttled'))
      enter(gate).done(answered(), failure('bad_request'))
    }
    expect(gate.state().state).toBe('open')
  })

  it('is kept over a restart', () => {
    const { clock, gate } = open()
    const headers = { 'x-ratelimit-limit-tokens': '90000', 'x-ratelimit-remaining-tokens': '80000' }
    for (const permit of enterAll(gate)) permit.done(answered(headers), SUCCESS)
    const learned = gate.learned()
    expect(learned).toEqual({ concurrency: 64, tokensPerMinute: 90_000 })
    const again = createGate({ clock, limits: LIMITS, learned })
    expect(again.state().limit).toBe(64)
    expect(again.learned()).toEqual(learned)
  })
})

type Act =
  | { do: 'enter'; lane: Lane; tokens: number }
  | { do: 'wait'; lane: Lane }
  | { do: 'end'; which: number; how: FailureClass | 'success' | 'unused'; retryAfterMs: number }
  | { do: 'advance'; ms: number }

const lane = fc.constantFrom<Lane>('interactive', 'batch')
const how = fc.constantFrom<FailureClass | 'success' | 'unused'>(
  'success',
  'success',
  'success',
  'unused',
  'throttled',
  'overloaded',
  'server_error',
  'timeout',
  'bad_request',
  'key_refused',
  'quota_exhausted',
  'aborted',
)
const act = fc.oneof(
  fc.record<Act & { do: 'enter' }>({ do: fc.constant('enter'), lane, tokens: fc.nat(5_000) }),
  fc.record<Act & { do: 'wait' }>({ do: fc.constant('wait'), lane }),
  fc.record<Act & { do: 'end' }>({
    do: fc.constant('end'),
    which: fc.nat(),
    how,
    retryAfterMs: fc.nat(3_000),
  }),
  fc.record<Act & { do: 'advance' }>({ do: fc.constant('advance'), ms: fc.nat(20_000) }),
)

const verdictOf = (kind: FailureClass | 'success', retryAfterMs: number): Verdict =>
  kind === 'success' ? SUCCESS : failure(kind, kind === 'throttled' ? retryAfterMs : undefined)

it('never lets in more than its limit, and forgets nobody who waits, whatever happens', () => {
  const limits = {
    concurrencyInitial: 8,
    concurrencyMax: 16,
    requestsPerMinute: 600,
    tokensPerMinute: 100_000,
  }
  fc.assert(
    fc.property(fc.array(act, { maxLength: 300 }), (acts) => {
      const { clock, gate } = open({ ...limits, interactiveShare: 0.25 })
      const permits: Permit[] = []
      let waiting = 0
      const tryEnter = (by: Lane, tokens: number): void => {
        const permit = gate.tryEnter(by, tokensIn(tokens))
        if (!permit) return
        permits.push(permit)
        expect(permits.length).toBeLessThanOrEqual(gate.state().limit)
      }
      const end = (which: number, kind: FailureClass | 'success' | 'unused', retryAfterMs: number): void => {
        const [permit] = permits.splice(which % Math.max(1, permits.length), 1)
        if (!permit) return
        if (kind === 'unused') permit.unused()
        else permit.done(answered(), verdictOf(kind, retryAfterMs))
      }
      for (const each of acts) {
        if (each.do === 'enter') tryEnter(each.lane, each.tokens)
        else if (each.do === 'end') end(each.which, each.how, each.retryAfterMs)
        else if (each.do === 'advance') clock.advance(each.ms)
        else {
          waiting += 1
          whenReady(gate, each.lane, () => {
            waiting -= 1
            tryEnter(each.lane, 10)
          })
        }
        expect(gate.state()).toMatchObject({ inFlight: permits.length, waiting })
        expect(gate.state().limit).toBeLessThanOrEqual(16)
      }
      // The provider is well again: everyone who waits is called.
      for (let i = 0; i < 2_000 && (waiting > 0 || permits.length > 0); i += 1) {
        while (permits.length > 0) end(0, 'success', 0)
        clock.step()
      }
      expect(waiting).toBe(0)
    }),
    { numRuns: 200 },
  )
})

describe('limits that are changed', () => {
  it('leave calls in flight alone, and let nobody in before there is room', () => {
    const { gate } = open({ concurrencyInitial: 4, concurrencyMax: 4 })
    const permits = enterAll(gate)
    gate.adjust({ ...LIMITS, concurrencyInitial: 2, concurrencyMax: 2 })
    expect(gate.state()).toMatchObject({ inFlight: 4, limit: 2 })
    let called = 0
    whenReady(gate, 'batch', () => {
      called += 1
    })
    for (const permit of permits.splice(0, 2)) permit.done(answered(), SUCCESS)
    expect(called).toBe(0)
    permits.pop()?.done(answered(), SUCCESS)
    expect(called).toBe(1)
  })

  it('call those who wait where they are higher', () => {
    const { gate } = open({ concurrencyInitial: 1, concurrencyMax: 1 })
    enterAll(gate)
    let called = 0
    whenReady(gate, 'batch', () => {
      called += 1
    })
    gate.adjust({ ...LIMITS, concurrencyInitial: 2, concurrencyMax: 2 })
    expect(called).toBe(1)
  })
})
