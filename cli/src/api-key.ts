import { type Client, createClient } from '@sheepfold/client'
import type { ServerOptions } from './command-options.ts'

/** Of the options, else of the environment. */
export const apiKeyOf = ({ apiKey }: ServerOptions): string => {
  const key = apiKey ?? process.env.SHEEPFOLD_API_KEY ?? process.env.HOLYSHEEP_API_KEY
  if (key) return key
  throw new Error('No API key: give --api-key, or set SHEEPFOLD_API_KEY or HOLYSHEEP_API_KEY.')
}

export const clientOf = (options: ServerOptions, retriesMax: number): Client =>
  createClient({ baseUrl: options.baseUrl, apiKey: apiKeyOf(options), retriesMax })
