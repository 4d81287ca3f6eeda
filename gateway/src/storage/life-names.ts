import type { BatchOutcome, BatchState, StopCause } from '../batch/batch-life.ts'
import type { ShardState } from '../batch/shard-life.ts'
import type { SegmentLayout, SegmentPart } from './shards.ts'

/** The unions of the life cycles as values, to check what is read from a row; the Records keep them whole. */
const namesOf = <Name extends string>(names: Record<Name, true>): readonly Name[] =>
  Object.keys(names).filter((name): name is Name => name in names)

export const BATCH_STATES = namesOf<BatchState>({ running: true, stopping: true, ended: true })
export const STOP_CAUSES = namesOf<StopCause>({ cancel: true, deadline: true, delete: true, budget: true })
export const BATCH_OUTCOMES = namesOf<BatchOutcome>({
  completed: true,
  cancelled: true,
  expired: true,
  failed: true,
})
export const SHARD_STATES = namesOf<ShardState>({ waiting: true, running: true, sealed: true })
export const SEGMENT_LAYOUTS = namesOf<SegmentLayout>({ together: true, apart: true })
export const SEGMENT_PARTS = namesOf<SegmentPart>({ output: true, error: true })
