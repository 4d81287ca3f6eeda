import type { Clock } from '../clock/clock.ts'
import { watchLoop } from '../clock/loop.ts'
import type { EngineStore } from '../storage/engine.ts'
import type { Log } from './logs/log.ts'
import { openTracer } from './traces/open-tracer.ts'
import { createWatch, type Watch } from './watch.ts'

/** The watch of a real process: its event loop, and traces where the environment wants them. */
export const openWatch = async (order: {
  readonly store: EngineStore
  readonly clock: Clock
  readonly log: Log
  readonly env: Readonly<Record<string, string | undefined>>
}): Promise<Watch> => {
  const { log } = order
  const onError = (error: unknown): void => log.warn({ err: error }, 'traces are not sent')
  return createWatch({ ...order, loop: watchLoop(), traces: await openTracer({ ...order, onError }) })
}
