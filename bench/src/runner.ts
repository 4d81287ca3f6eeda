import type { Course } from './courses.ts'
import type { Upstream } from './processes/simulator.ts'

/** What one round of a runner can tell. */
export interface Figures {
  /** Requests a second, the first sent to the last answer in hand. */
  readonly rate?: number
  readonly cpuUsPerRequest?: number
  readonly rowsPerThousand?: number
  readonly peakMb?: number
  /** From a call to the last byte of its answer. */
  readonly p50Ms?: number
  readonly p99Ms?: number
  readonly seconds?: number
  /** Of a million bytes. */
  readonly mbPerSecond?: number
}

export interface Runner {
  /** One round, of about so many seconds where the runner has a choice. */
  run(seconds: number): Promise<Figures>
  end(): Promise<void>
}

export interface RunnerSetting {
  readonly course: Course
  readonly upstream: Upstream
  readonly profileFolder?: string | undefined
}

export type StartRunner = (setting: RunnerSetting) => Promise<Runner>
