import type { StopCause } from '../batch/batch-life.ts'

/** Why a worker stops a shard that it runs: the batch is told to stop, or the worker itself must. */
export type RunStop = StopCause | 'shutdown' | 'lost' | 'no_deployment'

/**
 * What becomes of a run once nothing of it is in flight any more.
 *
 *   seal             every request has its answer
 *   answer_and_seal  the unanswered ones get the answer that they were stopped, then seal
 *   release          the shard goes back, for this worker later or another now
 *   drop             the shard is somebody else's: touch nothing
 */
export type RunEnd = 'seal' | 'answer_and_seal' | 'release' | 'drop'

export const runEnd = (stop: RunStop | null, unanswered: number): RunEnd => {
  if (stop === 'lost') return 'drop'
  if (unanswered === 0) return 'seal'
  switch (stop) {
    case 'cancel':
    case 'deadline':
    case 'delete':
    case 'budget':
      return 'answer_and_seal'
    case 'shutdown':
    case 'no_deployment':
      return 'release'
    case null:
      throw new Error(`a run ended with ${unanswered} unanswered requests and no cause`)
  }
}
