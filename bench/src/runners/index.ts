import type { StartRunner } from '../runner.ts'
import { create1k, create100k, createDocument, parseDocument } from './anthropic-create.ts'
import { gatewayDownload, sendfileDownload } from './download.ts'
import { passedBatches, translatedBatches } from './file-batches.ts'
import { file1m, file100k } from './file-memory.ts'
import { gateway } from './gateway.ts'
import { bareLoop, oneAfterAnother, openaiLoop } from './loop.ts'
import { oneByOneGateway, oneByOnePortkey, oneByOneStraight } from './one-by-one.ts'
import { pollingClient } from './polling-client.ts'
import { queue20k, queue200k } from './queued-gateway.ts'
import { batchAlone, batchBesideCalls } from './shared-limit.ts'
import { smallAlone, smallBesideLarge } from './small-account.ts'
import { callsAlone, callsBesideBatch } from './steady-calls.ts'
import { parseLongLines, parseShortLines, uploadLongLines, uploadShortLines } from './upload.ts'
import { wrk, wrkGateway } from './wrk.ts'

export const runners = {
  gateway,
  bareLoop,
  oneAfterAnother,
  openaiLoop,
  wrk,
  queue20k,
  queue200k,
  pollingClient,
  uploadLongLines,
  uploadShortLines,
  parseLongLines,
  parseShortLines,
  gatewayDownload,
  sendfileDownload,
  file1m,
  file100k,
  passedBatches,
  translatedBatches,
  createDocument,
  parseDocument,
  create100k,
  create1k,
  wrkGateway,
  oneByOneStraight,
  oneByOneGateway,
  oneByOnePortkey,
  callsAlone,
  callsBesideBatch,
  batchAlone,
  batchBesideCalls,
  smallAlone,
  smallBesideLarge,
} satisfies Record<string, StartRunner>

export type RunnerName = keyof typeof runners
