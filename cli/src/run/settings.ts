import { createHash } from 'node:crypto'
import type { SamplingOptions } from '@sheepfold/client'
import type { RunOptions } from '../command-options.ts'
import type { ChunkRecord } from './input.ts'
import type { PromptSettings } from './record.ts'

/** Where everything is. */
export interface RunFiles {
  readonly input: string
  readonly output: string
  readonly checkpoint: string
  readonly chunkLog: string
  readonly work: string
  readonly lock: string
}

export const runFiles = (input: string, options: Pick<RunOptions, 'out' | 'checkpoint'>): RunFiles => {
  const output = options.out ?? `${input.replace(/(\.jsonl|\.ndjson)?(\.gz)?$/, '')}.results.jsonl`
  const checkpoint = options.checkpoint ?? `${output}.checkpoint.json`
  return {
    input,
    output,
    checkpoint,
    chunkLog: `${checkpoint}.chunks`,
    work: `${output}.work`,
    lock: `${checkpoint}.lock`,
  }
}

/** How a record becomes a request. */
export interface RequestSettings {
  readonly model: string
  readonly system?: string
  readonly task?: string
  readonly sampling: SamplingOptions
  readonly prompt: PromptSettings
}

export const requestSettings = (options: RunOptions): RequestSettings => ({
  model: options.model,
  ...(options.system === undefined ? {} : { system: options.system }),
  ...(options.task === undefined ? {} : { task: options.task }),
  sampling: {
    ...options.options,
    ...(options.maxTokens === undefined ? {} : { max_tokens: options.maxTokens }),
    ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
  },
  prompt: { template: options.prompt, field: options.field },
})

export interface ChunkBody {
  readonly text: string
  readonly sha256: string
}

/** The same records and settings give the same bytes: a create can be repeated after a crash. */
export const chunkBody = (records: readonly ChunkRecord[], settings: RequestSettings): ChunkBody => {
  const { model, task, system, sampling } = settings
  const text = JSON.stringify({
    model,
    ...(task === undefined ? {} : { task }),
    tasks: records.map((record) => (system === undefined ? record : { ...record, system })),
    ...(Object.keys(sampling).length === 0 ? {} : { options: sampling }),
  })
  return { text, sha256: createHash('sha256').update(text).digest('hex') }
}

export const bytesPerRecord = (settings: RequestSettings): number =>
  Buffer.byteLength(`${settings.system ?? ''}${settings.prompt.template ?? ''}`) + 64
