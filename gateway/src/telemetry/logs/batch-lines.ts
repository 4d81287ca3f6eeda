import { formatUsd } from '../../money/nano.ts'
import type { EndedBatch } from '../../storage/status.ts'
import type { BatchView } from '../../storage/tenant.ts'
import type { Log } from './log.ts'

export const logAccepted = (log: Log, account: string, { id, dialect, counts, outcome }: BatchView): void =>
  log.info(
    { batch: id, account, dialect, requests: counts.total, ...(outcome === null ? {} : { outcome }) },
    outcome === null ? 'batch accepted' : 'batch accepted, its input is refused',
  )

export const logEnded = (log: Log, id: string, batch: EndedBatch): void => {
  const { account, outcome, counts, createdAt, endedAt, charge, cost, waste } = batch
  log.info(
    {
      batch: id,
      account,
      outcome,
      requests: counts.total,
      succeeded: counts.succeeded,
      failed: counts.failed,
      expired: counts.expired,
      cancelled: counts.cancelled,
      seconds: (endedAt - createdAt) / 1_000,
      charge_usd: formatUsd(charge),
      cost_usd: formatUsd(cost),
      waste_usd: formatUsd(waste),
    },
    'batch ended',
  )
}
