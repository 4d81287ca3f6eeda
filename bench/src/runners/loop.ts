import type { CallerName } from '../processes/callers.ts'
import { startChild } from '../processes/child.ts'
import { numberOf } from '../processes/message.ts'
import { cpuMsOf } from '../processes/proc.ts'
import type { StartRunner } from '../runner.ts'
import { createPace } from './pace.ts'

interface LoopSettings {
  readonly caller: CallerName
  /** Default: as many as the course has. */
  readonly inFlight?: number
  /** Requests of the first round, before anything is known of its rate. */
  readonly first: number
}

/** A reference loop in a process of its own. */
const loop =
  ({ caller, inFlight, first }: LoopSettings): StartRunner =>
  async ({ course, upstream }) => {
    const settings = { caller, url: upstream.url, inFlight: inFlight ?? course.inFlight }
    const child = await startChild(import.meta.resolve('../processes/caller-child.ts'), { settings })
    const pace = createPace({ first, step: 1 })
    return {
      end: child.end,
      async run(seconds) {
        const requests = pace.requestsFor(seconds)
        const cpuMsBefore = cpuMsOf(child.pid)
        const rate = requests / numberOf(await child.ask('call', { requests }), 'seconds')
        const cpuMs = cpuMsOf(child.pid) - cpuMsBefore
        pace.learn(rate)
        return { rate, cpuUsPerRequest: (cpuMs * 1_000) / requests }
      },
    }
  }

export const bareLoop = loop({ caller: 'undici', first: 20_000 })
export const oneAfterAnother = loop({ caller: 'undici', inFlight: 1, first: 10 })
export const openaiLoop = loop({ caller: 'openai', first: 5_000 })
