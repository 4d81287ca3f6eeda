import { BATCH_EDGES } from '../../../gateway/src/batch/batch-life.ts'
import type { Committed } from './committed.ts'
import type { BatchRow, ShardRow } from './rows.ts'

type Wrong = (why: string) => void

/** What one commit may do to a batch. */
export const checkBatchEdge = (
  before: BatchRow,
  after: BatchRow,
  order: { committed: Committed; shards: readonly ShardRow[]; wrong: Wrong },
): void => {
  const { committed, shards, wrong } = order
  if (before.fixed !== after.fixed) wrong(`changed what is fixed: ${before.fixed} became ${after.fixed}`)
  if (before.cause !== null && before.cause !== after.cause) {
    wrong(`stopped for ${before.cause}, then for ${after.cause}`)
  }
  if (before.deletedAt !== null && before.deletedAt !== after.deletedAt) wrong('was deleted twice')
  if (before.state !== after.state) checkState(before, after, { committed, shards, wrong })
  if (before.deletedAt === null && after.deletedAt !== null) checkDeleted(before, committed, wrong)
  if (before.purgedAt === null && after.purgedAt !== null) {
    if (before.state !== 'ended' || before.deletedAt === null)
      wrong('was purged before it was ended and deleted')
  }
}

const checkState = (
  before: BatchRow,
  after: BatchRow,
  { committed, shards, wrong }: { committed: Committed; shards: readonly ShardRow[]; wrong: Wrong },
): void => {
  const allowed = BATCH_EDGES.some(([from, to]) => from === before.state && to === after.state)
  if (!allowed) return void wrong(`went from ${before.state} to ${after.state}`)
  if (after.state === 'stopping' && after.cause === 'deadline' && committed.now < after.windowEnd) {
    wrong('was stopped by its deadline too early')
  }
  if (after.state !== 'ended') return
  const open = shards.filter(({ state }) => state !== 'sealed').length
  if (open > 0) wrong(`has ended with ${open} open shards`)
  if (after.outcome !== outcome(after)) wrong(`is ${after.outcome}, it should be ${outcome(after)}`)
}

const outcome = ({ cause, unanswered }: BatchRow): string => {
  if (unanswered === 0) return 'completed'
  if (cause === 'deadline') return 'expired'
  return cause === 'budget' ? 'failed' : 'cancelled'
}

const checkDeleted = (before: BatchRow, { verb, now }: Committed, wrong: Wrong): void => {
  if (verb?.name === 'remove') return
  const isDue = before.state === 'ended' && before.expiresAt !== null && before.expiresAt <= now
  if (verb?.name !== 'expire' || !isDue) wrong(`was deleted by ${verb?.name}`)
}
