import type { FastifyInstance } from 'fastify'
import { sleep } from '../clock/clock.ts'
import { systemClock } from '../clock/system.ts'
import type { Opened } from './open.ts'
import type { Parts } from './parts.ts'

/** For recording usage after the drain; a store that is away must not keep the process alive. */
const RECORD_MS = 10_000

export interface Running {
  readonly app: FastifyInstance
  readonly opened: Opened
  readonly parts: Parts
}

/** Stops starting, gives what is in flight up to `drainMs`, hands the rest back, and closes all in order. */
export const stopAll = async ({ app, opened, parts }: Running, drainMs: number): Promise<void> => {
  const { store, blobs, watch } = opened
  const { http, ends, webhooks, stations, calls, readings, servers } = parts
  const clock = systemClock
  ends.close()
  const closed = app.close()
  const patience = sleep(clock, drainMs)
  await stations.worker.stop(drainMs)
  await Promise.race([webhooks.stop(), patience])
  // An upload or a download that goes on for minutes is cut: both can be repeated.
  await Promise.race([closed, patience])
  // A stream that still runs is ended with an error, which its client gets before its connection is cut.
  http.close()
  await sleep(clock, 0)
  servers.closeAll()
  await closed
  await Promise.race([calls.idle().then(stations.usage.flush), sleep(clock, RECORD_MS)])
  await readings.close()
  await watch.settled()
  await store.close()
  blobs.close()
  await watch.close()
}
