import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { metricsManual } from '../../gateway/src/telemetry/metrics/manual.ts'
import { METRICS } from '../../gateway/src/telemetry/metrics/table.ts'
import { root } from './sources.ts'

/** One table of metrics: what a server exposes (a flow holds it against the table) and what the manual says. */

const rows = METRICS.flatMap((group) => group.rows)

describe('the table of metrics', () => {
  it('is what the manual says: `npm run manual` writes it', () => {
    expect(readFileSync(join(root, 'docs', 'metrics.md'), 'utf8')).toBe(metricsManual())
  })

  it('names each once', () => {
    const names = rows.map(({ name }) => name)
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  })

  it.each(rows.map((row) => [row.name, row] as const))('names and explains %s', (name, row) => {
    expect(name).toMatch(/^(sheepfold|process)_[a-z0-9_]+$/)
    expect(name.endsWith('_total')).toBe(row.type === 'counter')
    const unit = { seconds: /_seconds(_total)?$/, bytes: /_bytes(_total)?$/, USD: /_usd_total$/ }[row.unit]
    if (unit) expect(name).toMatch(unit)
    expect(row.means).toMatch(/^[A-Z].*\.$/s)
    expect(row.surprise).toMatch(/\.$/)
    expect(Object.keys(row.labels).join()).not.toMatch(/account|key|batch|request/)
  })
})
