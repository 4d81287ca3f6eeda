import type { RunOptions } from '../command-options.ts'
import type { BatchApi } from './api/batch-api.ts'
import { openCheckpoint } from './checkpoint.ts'
import { openChunkLog, type SentChunk } from './chunk-log.ts'
import type { Input } from './input/scan.ts'
import type { NewChunk } from './plan.ts'
import type { Pricing } from './pricing.ts'
import { openWorkFile } from './results/work-file.ts'
import type { RunFiles } from './run-files.ts'
import type { RequestSettings } from './settings.ts'

/** What is to be done, and with what. */
export interface RunJob {
  readonly input: Input
  readonly files: RunFiles
  readonly options: RunOptions
  readonly settings: RequestSettings
  readonly api: BatchApi
  readonly pricing: Pricing
}

export const openState = async (files: RunFiles) => {
  const checkpoint = openCheckpoint(files.checkpoint)
  const log = openChunkLog(files.chunkLog)
  const work = await openWorkFile(files.work, files.lines)
  checkpoint.add(work.succeededBefore)
  return { checkpoint, log, work }
}

export type State = Awaited<ReturnType<typeof openState>>

/** What is to be done now. */
export interface Plan {
  readonly outstanding: readonly SentChunk[]
  readonly chunks: readonly NewChunk[]
  readonly skipped: number
  /** Records that are sent or collected. */
  readonly total: number
}
