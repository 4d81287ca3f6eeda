import { type Client, type Model, SheepfoldError } from '@sheepfold/client'
import type { RunOptions } from '../command-options.ts'
import type { ApiName, BatchApi } from './api/batch-api.ts'
import { nativeApi } from './api/native-api.ts'
import { openAiApi } from './api/openai-api.ts'
import { listedPrices, type Pricing, pricingOf, type TokenPrices } from './pricing.ts'
import type { RequestSettings } from './settings.ts'

/** A server that took our key, and how it is spoken to. */
export interface Connection {
  readonly api: BatchApi
  readonly pricing: Pricing
}

/** Nobody promises how soon a batch is listed. A minute's wait is cheap, a batch that is made twice is not. */
const listedAfterMs = 60_000
const busyWaitMs = 2_000

/** Before anything is on its way: tests the key, and asks what the server is. */
export const connect = async (
  client: Client,
  options: RunOptions,
  settings: RequestSettings,
  spoolFolder: string,
): Promise<Connection> => {
  const models = await listModels(client)
  const isSheepfold = models.some(({ owned_by }) => owned_by === 'sheepfold')
  const name = options.api === 'auto' ? guessApi(isSheepfold, options.apiKey) : options.api
  const pricing = pricingOf(pricesOf(models, options))
  if (name === 'native') return { api: nativeApi(client, settings), pricing }
  if (settings.task !== undefined)
    throw new Error('--task names a preset of a Sheepfold server; with --api openai, say it with --system.')
  const traits = { keepsIdempotencyKeys: isSheepfold, listedAfterMs, busyWaitMs, spoolFolder }
  return { api: openAiApi(client, settings, traits), pricing }
}

/** Sheepfold names itself as the owner of its models; keys of the native dialect have a prefix of their own. */
const guessApi = (isSheepfold: boolean, apiKey: string | undefined): ApiName =>
  isSheepfold || apiKey?.startsWith('sk-holysheep-') === true ? 'native' : 'openai'

/** A host without a list of models says nothing against the key. */
const listModels = async (client: Client): Promise<readonly Model[]> => {
  try {
    return await client.models.list()
  } catch (error) {
    if (error instanceof SheepfoldError && (error.status === 404 || error.status === 405)) return []
    throw error
  }
}

/** What was said counts, then what the server tells. */
export const pricesOf = (models: readonly Model[], options: RunOptions): TokenPrices | undefined => {
  const { inputPrice, outputPrice, model } = options
  if (inputPrice === undefined && outputPrice === undefined) return listedPrices(models, model)
  if (inputPrice === undefined || outputPrice === undefined)
    throw new Error('--input-price and --output-price belong together.')
  return { input: inputPrice, cachedInput: inputPrice, output: outputPrice }
}
