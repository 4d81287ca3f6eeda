import { describe, expect, it } from 'vitest'
import { systemIds } from './system.ts'

describe('ids', () => {
  it('are a prefix and 24 letters and digits, each another one', () => {
    const ids = Array.from({ length: 5_000 }, () => systemIds.next('req_'))
    for (const id of ids) expect(id).toMatch(/^req_[0-9A-Za-z]{24}$/)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('of one moment are neighbours', () => {
    const stamps = Array.from({ length: 100 }, () => systemIds.next('').slice(0, 6))
    expect(new Set(stamps).size).toBeLessThanOrEqual(2)
  })
})
