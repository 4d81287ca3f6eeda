import type { StartRunner } from '../runner.ts'
import { gateway } from './gateway.ts'
import { bareLoop, oneAfterAnother, openaiLoop } from './loop.ts'
import { pollingClient } from './polling-client.ts'
import { queue20k, queue200k } from './queued-gateway.ts'
import { wrk } from './wrk.ts'

export const runners = {
  gateway,
  bareLoop,
  oneAfterAnother,
  openaiLoop,
  wrk,
  queue20k,
  queue200k,
  pollingClient,
} satisfies Record<string, StartRunner>

export type RunnerName = keyof typeof runners
