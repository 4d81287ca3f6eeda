import { readFileSync } from 'node:fs'
import type { Lossy, SamplingOptions } from '@sheepfold/client'
import type { RunOptions } from '../command-options.ts'
import type { PromptSettings } from './input/record.ts'
import { type AnswerSchema, readSchema } from './schema/answer-schema.ts'

/** How a record becomes a request. */
export interface RequestSettings {
  readonly model: string
  readonly system?: string
  readonly task?: string
  readonly sampling: SamplingOptions
  readonly lossy?: Lossy
  readonly prompt: PromptSettings
  /** What each answer must be. */
  readonly schema?: AnswerSchema
}

export const requestSettings = (options: RunOptions): RequestSettings => {
  const system = options.system ?? textOfFile(options.systemFile)
  const template = options.prompt ?? textOfFile(options.promptFile)
  const schema = options.schema === undefined ? undefined : readSchema(options.schema)
  return {
    model: options.model,
    ...(system === undefined ? {} : { system }),
    ...(options.task === undefined ? {} : { task: options.task }),
    ...(options.lossy === undefined ? {} : { lossy: options.lossy }),
    sampling: {
      ...options.options,
      ...(options.maxTokens === undefined ? {} : { max_tokens: options.maxTokens }),
      ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
      ...(schema === undefined ? {} : { response_format: schema.responseFormat }),
    },
    prompt: { template, field: options.field },
    ...(schema === undefined ? {} : { schema }),
  }
}

/** Editors end a file with a line feed that is no part of the text. */
const textOfFile = (path: string | undefined): string | undefined =>
  path === undefined
    ? undefined
    : readFileSync(path, 'utf8')
        .replace(/^\uFEFF/, '')
        .replace(/\r?\n$/, '')

export const bytesPerRecord = (settings: RequestSettings): number =>
  Buffer.byteLength(`${settings.system ?? ''}${settings.prompt.template ?? ''}`) + 64
