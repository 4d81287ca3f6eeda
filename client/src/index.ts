export {
  type CallOptions,
  type Client,
  type ClientOptions,
  type CreateOptions,
  createClient,
  type WaitOptions,
} from './client.ts'
export { type ClientErrorCode, isTransient, SheepfoldError } from './error.ts'
export { formatUsd, type NanoUsd, parseUsd, percentOf, roundUsd } from './money.ts'
export type * from './shapes.ts'
