import type { ReportedLoss } from './loss-report.ts'

/** Null where nothing was lost. */
export const encodeReport = (report: readonly ReportedLoss[]): string | null =>
  report.length === 0 ? null : JSON.stringify(report)

/** Reads what `encodeReport` wrote: it never comes from outside. */
export const decodeReport = (text: string | null): readonly ReportedLoss[] =>
  text === null ? [] : (JSON.parse(text) as ReportedLoss[])
