import { z } from 'zod'
import { DEFAULT_WEBHOOKS } from '../default-limits.ts'
import { count, members, text } from './words.ts'

const HOUR_MS = 3_600_000

/** Where events of batches may be sent. */
export const webhooksSchema = members({
  allow_private_networks: z
    .boolean()
    .default(DEFAULT_WEBHOOKS.allowPrivateNetworks)
    .describe('Whether addresses of private, loopback and metadata networks may be called.'),
  allowed_hosts: z
    .array(text)
    .default([])
    .describe('Hosts that may be called although their address is of such a network.'),
  timeout_seconds: count
    .max(60)
    .default(DEFAULT_WEBHOOKS.timeoutMs / 1_000)
    .describe('A delivery without an answer by then has failed.'),
  retry_hours: count
    .max(168)
    .default(DEFAULT_WEBHOOKS.retryMs / HOUR_MS)
    .describe('A delivery that fails is tried again for so long.'),
})
