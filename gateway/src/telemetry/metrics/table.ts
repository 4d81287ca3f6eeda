import type { MetricGroup } from './metric.ts'
import { BATCHES } from './rows/batches.ts'
import { CALLS } from './rows/calls.ts'
import { GATES } from './rows/gates.ts'
import { HTTP } from './rows/http.ts'
import { MONEY } from './rows/money.ts'
import { PROCESS } from './rows/process.ts'
import { QUEUE } from './rows/queue.ts'
import { REALTIME } from './rows/realtime.ts'
import { STORE } from './rows/store.ts'
import { WEBHOOKS } from './rows/webhooks.ts'
import type { Sources } from './sources.ts'

/** Every metric there is: what `/metrics` exposes and what the manual says are made of it. */
export const METRICS: readonly MetricGroup<Sources>[] = [
  QUEUE,
  GATES,
  CALLS,
  MONEY,
  STORE,
  BATCHES,
  REALTIME,
  WEBHOOKS,
  HTTP,
  PROCESS,
]
