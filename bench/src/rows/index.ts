import type { Row } from '../row.ts'
import { addedLatency } from './added-latency.ts'
import { anthropicCreate } from './anthropic-create.ts'
import { anthropicCreateMemory } from './anthropic-create-memory.ts'
import { callsP99 } from './calls-p99.ts'
import { callsRate } from './calls-rate.ts'
import { cpuPerRequest } from './cpu-per-request.ts'
import { download } from './download.ts'
import { durableRate } from './durable-rate.ts'
import { durableRate200ms } from './durable-rate-200ms.ts'
import { fileMemory } from './file-memory.ts'
import { fileMemoryMb } from './file-memory-mb.ts'
import { oneAfterAnother } from './one-after-another.ts'
import { openaiClient } from './openai-client.ts'
import { pollingClient } from './polling-client.ts'
import { queueMemory } from './queue-memory.ts'
import { queueMemoryMb } from './queue-memory-mb.ts'
import { rowsFullRate } from './rows-full-rate.ts'
import { rowsTrickle } from './rows-trickle.ts'
import { sharedLimit } from './shared-limit.ts'
import { simulatorShell } from './simulator-shell.ts'
import { smallAccount } from './small-account.ts'
import { translatedRate } from './translated-rate.ts'
import { uploadLongLines } from './upload-long-lines.ts'
import { uploadShortLines } from './upload-short-lines.ts'

/** Every promise of the project that is a figure, in the order in which they are printed. */
export const rows: readonly Row[] = [
  durableRate,
  durableRate200ms,
  cpuPerRequest,
  openaiClient,
  oneAfterAnother,
  queueMemory,
  queueMemoryMb,
  rowsFullRate,
  rowsTrickle,
  simulatorShell,
  pollingClient,
  uploadLongLines,
  uploadShortLines,
  download,
  fileMemory,
  fileMemoryMb,
  translatedRate,
  anthropicCreate,
  anthropicCreateMemory,
  callsP99,
  callsRate,
  addedLatency,
  sharedLimit,
  smallAccount,
]
