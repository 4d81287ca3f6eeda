import type { BatchOutcome } from '../../batch/batch-life.ts'
import { Count, CountsByName } from './counts-by-name.ts'
import { Durations } from './durations.ts'

/** From a handful of requests to a day's window. */
const BATCH_SECONDS = [1, 5, 15, 60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400]

/** Counts what was submitted and what it came to. */
export class BatchCounts {
  readonly acceptedBy = new CountsByName(() => new Count())
  readonly endedAs = new CountsByName(() => new Count())
  readonly seconds = new Durations(BATCH_SECONDS)
  requests = 0

  accepted({ dialect, requests }: { dialect: string; requests: number }): void {
    this.acceptedBy.of(dialect).value += 1
    this.requests += requests
  }

  ended({ outcome, seconds }: { outcome: BatchOutcome; seconds: number }): void {
    this.endedAs.of(outcome).value += 1
    this.seconds.add(seconds)
  }
}
