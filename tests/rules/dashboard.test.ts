import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parser } from '@prometheus-io/lezer-promql'
import { describe, expect, it } from 'vitest'
import { METRICS } from '../../gateway/src/telemetry/metrics/table.ts'
import { root } from './sources.ts'

/** The dashboard that we ship asks for what there is, and shows all of it. */

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
  readonly datasource?: { readonly type: string; readonly uid: string }
  readonly targets?: ReadonlyArray<{ readonly expr: string; readonly legendFormat: string }>
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } }
}

interface Dashboard {
  readonly uid: string
  readonly schemaVersion: number
  readonly panels: readonly Panel[]
  readonly templating: {
    readonly list: ReadonlyArray<{
      readonly name: string
      readonly type: string
      readonly definition?: string
    }>
  }
}

const dashboard: Dashboard = JSON.parse(readFileSync(join(root, 'docs', 'grafana', 'sheepfold.json'), 'utf8'))
const rows = METRICS.flatMap((group) => group.rows)
const rowOf = new Map(rows.map((row) => [row.name, row]))
const shown = dashboard.panels.filter(({ type }) => type !== 'row')
const queries = shown.flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel, ...target })))

interface Asked {
  readonly metric: string
  readonly labels: string[]
}

/** A query as Prometheus's own grammar reads it: which metrics it asks for, and by which labels it groups. */
const read = (query: string): { faults: string[]; asked: Asked[]; grouped: string[] } => {
  // What Grafana puts in before Prometheus sees it.
  const text = query.replaceAll('$__rate_interval', '1m')
  const asked: Asked[] = []
  const faults: string[] = []
  const grouped: string[] = []
  parser.parse(text).iterate({
    enter(node) {
      const said = text.slice(node.from, node.to)
      if (node.type.isError) faults.push(`at ${node.from}: ${said}`)
      if (node.name === 'Identifier' && node.node.parent?.name === 'VectorSelector') {
        asked.push({ metric: said, labels: [] })
      }
      if (node.name !== 'LabelName') return
      if (node.node.parent?.name === 'GroupingLabels') grouped.push(said)
      else asked.at(-1)?.labels.push(said)
    },
  })
  return { faults, asked, grouped }
}

const baseOf = (metric: string): string => metric.replace(/_(bucket|sum|count)$/, '')

/** A histogram's series have the name of it with a part behind; every other metric has its own name alone. */
const tableRow = (metric: string) => {
  const row = rowOf.get(metric)
  if (row && row.type !== 'histogram') return row
  const histogram = rowOf.get(baseOf(metric))
  return histogram?.type === 'histogram' && baseOf(metric) !== metric ? histogram : undefined
}

const labelsOf = (metric: string): string[] => [
  ...Object.keys(tableRow(metric)?.labels ?? {}),
  ...(metric.endsWith('_bucket') ? ['le'] : []),
]

describe('the dashboard', () => {
  it('is one that Grafana 11 loads, from whichever Prometheus it is given', () => {
    expect(dashboard.uid).toBe('sheepfold')
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39)
    expect(dashboard.templating.list.find(({ name }) => name === 'datasource')?.type).toBe('datasource')
    for (const { datasource } of shown)
      expect(datasource).toEqual({ type: 'prometheus', uid: `\${datasource}` })
    const ids = dashboard.panels.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { gridPos, title } of dashboard.panels) {
      expect([title, gridPos.x + gridPos.w <= 24]).toEqual([title, true])
    }
  })

  it.each(queries.map(({ panel, expr }) => [panel.title, expr]))(
    'asks for what there is: %s: %s',
    (_, expr) => {
      const { faults, asked, grouped } = read(expr)
      expect(faults).toEqual([])
      expect(asked.length).toBeGreaterThan(0)
      for (const { metric, labels } of asked) {
        expect([metric, tableRow(metric)?.name]).toEqual([
          metric,
          baseOf(metric) === metric ? metric : tableRow(metric)?.name,
        ])
        expect(tableRow(metric)).toBeDefined()
        expect(labels.filter((label) => !labelsOf(metric).includes(label))).toEqual([])
      }
      const known = asked.flatMap(({ metric }) => labelsOf(metric))
      expect(grouped.filter((label) => !known.includes(label))).toEqual([])
    },
  )

  it.each(queries.map(({ expr, legendFormat }) => [legendFormat, expr]))(
    'names lines by labels that are left: %s of %s',
    (legend, expr) => {
      const named = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label)
      expect(named.filter((label) => !read(expr).grouped.includes(label))).toEqual([])
    },
  )

  it('shows every metric of the table, under the title of its group', () => {
    for (const { title, rows: own } of METRICS) {
      const from = dashboard.panels.findIndex((panel) => panel.type === 'row' && panel.title === title)
      expect([title, from >= 0]).toEqual([title, true])
      const end = dashboard.panels.findIndex((panel, at) => at > from && panel.type === 'row')
      const panels = dashboard.panels.slice(from + 1, end === -1 ? undefined : end)
      const names = new Set(
        panels
          .flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => read(expr).asked))
          .map(({ metric }) => tableRow(metric)?.name),
      )
      expect(own.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([])
    }
  })

  it('has variables of labels that there are, and each is used', () => {
    for (const { name, type, definition } of dashboard.templating.list) {
      if (type === 'datasource') continue
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition ?? '') ?? []
      expect([name, labelsOf(metric).includes(label)]).toEqual([name, true])
      expect(queries.some(({ expr }) => expr.includes(`"$${name}"`))).toBe(true)
    }
  })

  it('has a unit on every panel that fits what it shows', () => {
    for (const { title, type, targets = [], fieldConfig } of shown) {
      if (type === 'state-timeline') continue
      const unit = fieldConfig?.defaults.unit ?? ''
      const text = targets.map(({ expr }) => expr).join()
      expect([title, unit]).toEqual([title, expect.stringMatching(/./)])
      if (/histogram_quantile/.test(text)) expect([title, unit]).toEqual([title, 's'])
      if (/_usd_total/.test(text)) expect([title, unit]).toEqual([title, 'currencyUSD'])
      if (/_bytes/.test(text)) expect([title, unit]).toEqual([title, /rate\(/.test(text) ? 'Bps' : 'bytes'])
    }
  })
})
