import { RETRY_TABLE, type Retry } from '../../execute/realtime/retry-table.ts'
import type { MetricGroup, MetricRow } from './metric.ts'
import type { Sources } from './sources.ts'
import { METRICS } from './table.ts'

/** The page of the manual that lists every metric; a test compares it with `docs/metrics.md`. */
export const metricsManual = (): string => `# Metrics

<!-- Made from gateway/src/telemetry/metrics/rows by \`npm run manual\`. Change it there. -->

\`GET /metrics\` answers in the text format of Prometheus, to the key of an operator; see
[observability.md](observability.md) for how to scrape it and for the dashboard that is made of it.

Counters begin at 0 with the process, so look at their rate. A histogram has \`_bucket\`, \`_sum\` and \`_count\`; the
label \`le\` of its buckets is not repeated below. Labels have few values: models, deployments, endpoints, states.
No label ever holds the id of an account, a key, a batch or a request: those are in the log and in traces.

${METRICS.map(sectionOf).join('\n')}
## Classes of failure

What \`outcome\` of \`sheepfold_calls_total\` and \`reason\` of \`sheepfold_retries_total\` may be, and what follows.

| class | is tried again | means |
|---|---|---|
${Object.entries(RETRY_TABLE)
  .map(([name, { retry, text }]) => `| \`${name}\` | ${RETRIES[retry]} | ${cell(text)} |`)
  .join('\n')}
`

const RETRIES: Readonly<Record<Retry, string>> = {
  throttled: 'until the deadline',
  transient: 'until the same error came too often for too long',
  never: 'no: the request fails alone',
  close_deployment: 'at another deployment, or once this one is open again',
}

const sectionOf = ({ title, rows }: MetricGroup<Sources>): string => `## ${title}

| metric | type | unit | labels | means | a surprising value |
|---|---|---|---|---|---|
${rows.map(rowOf).join('\n')}
`

const rowOf = ({ name, type, unit, labels, means, surprise }: MetricRow<Sources>): string => {
  const told = Object.entries(labels).map(([label, values]) => `\`${label}\`: ${values}`)
  const cells = [`\`${name}\``, type, unit, told.join('; ') || 'none', means, surprise]
  return `| ${cells.map(cell).join(' | ')} |`
}

const cell = (text: string): string => text.replaceAll('|', '\\|')
