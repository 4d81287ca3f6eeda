import { describe, expect, it } from 'vitest'
import { LossReport } from './loss-report.ts'

describe('a report of as many fields as clients can invent', () => {
  it('names the first and adds up the others', () => {
    const report = new LossReport()
    const request = { model: 'm', endpoint: '/v1/chat/completions', example: 'x'.repeat(1_000) }
    for (let at = 0; at < 1_000; at += 1) {
      const losses = [
        { field: `metadata.${at}`, action: 'dropped' as const },
        { field: `metadata.other-${at}`, action: 'dropped' as const },
      ]
      report.add({ ...request, losses })
    }
    const entries = report.entries()
    expect(entries).toHaveLength(201)
    // The first 100 requests fill it; each of the others counts once, though it has two.
    expect(entries.at(-1)).toMatchObject({ field: '*', action: 'dropped', requests: 900 })
    expect(entries[0]?.example).toHaveLength(101)
  })
})
