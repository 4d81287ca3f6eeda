import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

/** How the event loop of a thread is doing. */
export interface LoopWatch {
  /** How late timers were since the last time that this was asked, in seconds. */
  delays(): LoopDelays
  /** Since the process began, in seconds: at work, and waiting for work. */
  time(): { readonly active: number; readonly idle: number }
}

export interface LoopDelays {
  readonly mean: number
  readonly p99: number
  readonly max: number
}

const RESOLUTION_MS = 10

/** A timer every 10 ms: what is measured is by how much each came too late. */
export const watchLoop = (): LoopWatch => {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  histogram.enable()
  return {
    delays() {
      const delays = {
        mean: lateness(histogram.mean),
        p99: lateness(histogram.percentile(99)),
        max: lateness(histogram.max),
      }
      histogram.reset()
      return delays
    },
    time() {
      const { active, idle } = performance.eventLoopUtilization()
      return { active: active / 1_000, idle: idle / 1_000 }
    },
  }
}

/** Of an empty histogram the mean is no number. */
const lateness = (nanoseconds: number): number =>
  Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e9 - RESOLUTION_MS / 1_000) : 0
