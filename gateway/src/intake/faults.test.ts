import { describe, expect, it } from 'vitest'
import { clipped, FAULT_CODES, FaultList, shown } from './faults.ts'

describe('faults', () => {
  it('have a text for every code', () => {
    for (const [code, text] of Object.entries(FAULT_CODES)) {
      expect(code).toMatch(/^[a-z][a-z0-9_]+$/)
      expect(text).toMatch(/\.$/)
    }
  })

  it('are never as large as what caused them', () => {
    const large = 'x'.repeat(1_000_000)
    for (const value of [large, [large], { large }, 1e300]) expect(shown(value).length).toBeLessThan(80)
    expect(clipped(`${'x'.repeat(59)}😀`)).toSatisfy((text: string) => text.isWellFormed())
  })

  it('are all counted, and the first are kept', () => {
    const faults = new FaultList(2)
    for (let index = 0; index < 5; index += 1) {
      faults.add(index, { code: 'too_deep', message: 'm', field: 'f' })
    }
    expect([faults.total, faults.shown.map((fault) => fault.index)]).toEqual([5, [0, 1]])
  })
})
