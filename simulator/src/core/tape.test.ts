import { describe, expect, it } from 'vitest'
import { CallCounts } from './call-counts.ts'
import { scramble } from './digest.ts'
import { Tape } from './tape.ts'

const entry = (n: number) => ({
  at: n,
  method: 'POST',
  path: '/p',
  model: null,
  digest: { high: n, low: scramble(n) },
  marker: n % 2 === 0 ? `m${n}` : null,
  outcome: 'answered',
  status: 200,
})

describe('Tape', () => {
  it('keeps the newest rows, exactly as many as allowed', () => {
    const tape = new Tape(10_000)
    for (let n = 1; n <= 25_000; n++) tape.add(n, entry(n))
    const rows = [...tape.rows()]
    expect(rows.length).toBe(10_000)
    expect(rows[0]?.n).toBe(15_001)
    for (const row of rows)
      expect(row).toMatchObject({ at: row.n, marker: row.n % 2 === 0 ? `m${row.n}` : null })
  })

  it('ignores that a caller left whose row is gone', () => {
    const tape = new Tape(1)
    for (let n = 1; n <= 20_000; n++) tape.add(n, entry(n))
    tape.gone(1)
    tape.gone(20_000)
    expect([...tape.rows()].map(({ n, outcome }) => [n, outcome])).toEqual([[20_000, 'client_gone']])
  })

  it('survives more different paths than it can number', () => {
    const tape = new Tape(70_000)
    for (let n = 1; n <= 70_000; n++) tape.add(n, { ...entry(n), path: `/${n}` })
    const rows = [...tape.rows()]
    expect(rows[0]?.path).toBe('/1')
    expect(rows.at(-1)).toMatchObject({ path: '(other)', outcome: 'answered' })
  })
})

describe('CallCounts', () => {
  it('counts each of many digests by itself, also where the lower halves are equal', () => {
    const counts = new CallCounts()
    for (let n = 0; n < 50_000; n++) {
      expect(counts.add({ high: scramble(n), low: n % 1_000 })).toBe(0)
    }
    for (let n = 0; n < 50_000; n++) expect(counts.add({ high: scramble(n), low: n % 1_000 })).toBe(1)
    expect(counts.distinct).toBe(50_000)
  })
})
