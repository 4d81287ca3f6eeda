import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeReport, encodeReport } from './encode-report.ts'
import { LossCheck, refusedOf } from './loss-check.ts'
import { NARROW_TARGET, narrowLookUp } from './translation.fixture.ts'

const CHAT = '/v1/chat/completions'

const checkOf = (bodies: ReadonlyArray<Readonly<Record<string, unknown>>>, shownMax = 1_000) => {
  const check = new LossCheck(shownMax, { lookUp: narrowLookUp })
  for (const [at, body] of bodies.entries()) {
    const request = { model: 'claude', endpoint: CHAT, targets: [NARROW_TARGET], body }
    check.take({ ...request, at, example: `id-${at}` })
  }
  return check.summary()
}

describe('the check of the requests of a batch', () => {
  it('reports what becomes of each field, with the first request that has it', () => {
    const { report } = checkOf([{ max_tokens: 1 }, { seed: 7 }, { seed: 8, max_tokens: 1 }])
    const common = { model: 'claude', endpoint: CHAT, example: 'id-1' }
    expect(report).toEqual([
      { ...common, field: 'seed', action: 'dropped', requests: 2, from: '7', to: null },
      { ...common, field: 'max_tokens', action: 'defaulted', requests: 1, from: null, to: '4096' },
    ])
    expect(decodeReport(encodeReport(report))).toEqual(report)
    expect(decodeReport(encodeReport([]))).toEqual([])
  })

  it('counts a request once for all positions of a list', () => {
    const messages = [{ name: 'a' }, { name: 'b' }, {}]
    const { report } = checkOf([{ messages, max_tokens: 1 }])
    expect(report).toMatchObject([{ field: 'messages[].name', requests: 1 }])
  })

  it('refuses what is dropped or clamped unless that is allowed, and says how to', () => {
    const summary = checkOf([{ max_tokens: 1, temperature: 1.5 }, {}, { seed: 1 }])
    expect(refusedOf(summary, 'warn')).toEqual({ shown: [], total: 0 })
    const { shown, total } = refusedOf(summary, 'refuse')
    expect(total).toBe(2)
    expect(shown.map(({ at, code, field }) => [at, code, field])).toEqual([
      [0, 'lossy', 'temperature'],
      [2, 'lossy', 'seed'],
    ])
    expect(shown[0]?.message).toBe(
      "'temperature' (1.5) has no counterpart at the provider of the model and would be sent as 1. " +
        'Leave it out, or allow it with "lossy": "warn" in the body of a batch or the header "Sheepfold-Lossy: warn".',
    )
  })

  it('refuses what cannot be asked in any case', () => {
    const summary = checkOf([{ n: 2 }, { seed: 1 }, { n: 3, seed: 1 }])
    expect(refusedOf(summary, 'warn')).toMatchObject({ total: 2, shown: [{ at: 0, field: 'n' }, { at: 2 }] })
    expect(refusedOf(summary, 'refuse').shown.map(({ at }) => at)).toEqual([0, 1, 2])
  })

  it('keeps no more than it may, and counts all', () => {
    const { lossy } = checkOf(Array(50).fill({ seed: 1 }), 3)
    expect([lossy.shown.length, lossy.total]).toEqual([3, 50])
  })

  it('counts every lossy request exactly once, whatever the order', () => {
    const bodies = fc.array(
      fc.record(
        {
          seed: fc.nat(3),
          temperature: fc.constantFrom(0.5, 1.5),
          n: fc.constantFrom(1, 2),
          max_tokens: fc.constant(1),
          messages: fc.array(fc.record({ name: fc.string() }, { requiredKeys: [] }), { maxLength: 3 }),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 30 },
    )
    const counts = (given: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
      new Map(checkOf(given).report.map(({ field, action, requests }) => [`${action} ${field}`, requests]))
    fc.assert(
      fc.property(bodies, fc.func(fc.double({ noNaN: true })), (given, order) => {
        const sent = given.filter(({ n }) => n !== 2)
        const found = counts(given)
        const countOf = (is: (body: (typeof given)[number]) => boolean) => sent.filter(is).length || undefined
        expect(found.get('dropped seed')).toBe(countOf(({ seed }) => seed !== undefined))
        expect(found.get('clamped temperature')).toBe(countOf(({ temperature = 0 }) => temperature > 1))
        expect(found.get('defaulted max_tokens')).toBe(countOf(({ max_tokens: max }) => max === undefined))
        expect(found.get('dropped messages[].name')).toBe(
          countOf(({ messages = [] }) => messages.some((message) => 'name' in message)),
        )
        expect(counts(given.toSorted((left, right) => order(left) - order(right)))).toEqual(found)
        const { lossy, untranslatable } = checkOf(given)
        expect(untranslatable.total).toBe(given.length - sent.length)
        expect(lossy.total).toBe(
          sent.filter(
            ({ seed, temperature = 0, messages = [] }) =>
              seed !== undefined || temperature > 1 || messages.some((message) => 'name' in message),
          ).length,
        )
      }),
    )
  })
})
