import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../processes/child.ts'
import { startGatewayProcess } from '../processes/gateway.ts'
import { numberOf } from '../processes/message.ts'
import { createMessageBatch, removeMessageBatch } from '../processes/message-batch.ts'
import { bytesOf, messageDocument } from '../request-file.ts'
import type { StartRunner } from '../runner.ts'

/** 256 MB. */
const shape = { requests: 100_000, requestBytes: 2_560 }
/** Requests of the dialect of their provider: nothing is translated. */
const behind = { protocol: 'anthropic', provider_model: 'claude-sonnet-4-5' } as const
/** What it leaves behind must not disturb the next round. */
const removedMs = 2_500

/** Taken in, every request checked, ids unique, durable: from the first byte sent to the answer. */
export const createDocument: StartRunner = async ({ upstream, profileFolder }) => {
  const server = await startGatewayProcess({
    upstreamUrl: upstream.url,
    limits: {},
    behind,
    profileFolder,
  })
  const blocks = messageDocument(shape.requests, shape.requestBytes)
  return {
    end: server.end,
    async run() {
      const startedAt = performance.now()
      const batch = await createMessageBatch(server, blocks)
      const seconds = (performance.now() - startedAt) / 1_000
      await removeMessageBatch(server, batch)
      await sleep(removedMs)
      return { mbPerSecond: bytesOf(blocks) / 1_000_000 / seconds }
    },
  }
}

/** What it is compared with: the same document parsed, from a text that is in memory, and nothing else. */
export const parseDocument: StartRunner = async () => {
  const child = await startChild(import.meta.resolve('../processes/parse-document-child.ts'), {
    settings: shape,
  })
  return {
    end: child.end,
    run: async () => ({ mbPerSecond: numberOf(await child.ask('parse'), 'mbPerSecond') }),
  }
}

/** A fresh gateway that takes in one document: what its process takes at most. */
const createOf =
  (requests: number): StartRunner =>
  async ({ upstream }) => ({
    async run() {
      const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits: {}, behind })
      try {
        await createMessageBatch(server, messageDocument(requests, shape.requestBytes))
        return { peakMb: server.peakMb() }
      } finally {
        await server.end()
      }
    },
    end: async () => {},
  })

export const create100k = createOf(shape.requests)
export const create1k = createOf(1_000)
