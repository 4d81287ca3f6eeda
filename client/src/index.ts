export type { CallOptions, WaitOptions } from './caller.ts'
export {
  type Client,
  type ClientOptions,
  type CreateOptions,
  createClient,
  type ListOptions,
} from './client.ts'
export { type ClientErrorCode, isTransient, SheepfoldError } from './error.ts'
export type {
  CreateFileBatchOptions,
  FileBatchCalls,
  FileCalls,
  ListFilesOptions,
} from './file-calls.ts'
export type * from './file-shapes.ts'
export type * from './message-shapes.ts'
export { formatUsd, type NanoUsd, parseUsd, percentOf, roundUsd } from './money.ts'
export type * from './shapes.ts'
export type { WebhookCalls, WebhookPageOptions } from './webhook-calls.ts'
export type * from './webhook-shapes.ts'
