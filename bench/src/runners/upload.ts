import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from '../processes/child.ts'
import { type GatewayProcess, startGatewayProcess } from '../processes/gateway.ts'
import { numberOf } from '../processes/message.ts'
import { uploadFile } from '../processes/upload.ts'
import { bytesOf, type FileShape, requestFile } from '../request-file.ts'
import type { StartRunner } from '../runner.ts'

/** 200 MB each. */
const longLines: FileShape = { lines: 50_000, lineBytes: 4_000, texts: 'documents' }
const shortLines: FileShape = { lines: 500_000, lineBytes: 400, texts: 'reviews-ko' }

/** Uploaded, every line checked, ids unique, durable: from the first byte sent to the answer. */
const upload =
  (shape: FileShape): StartRunner =>
  async ({ upstream, profileFolder }) => {
    const server = await startGatewayProcess({
      upstreamUrl: upstream.url,
      limits: {},
      files: { lines_max: 1_000_000, mib_max: 400 },
      profileFolder,
    })
    const blocks = requestFile(shape)
    return {
      end: server.end,
      async run() {
        const startedAt = performance.now()
        const file = await uploadFile(server, blocks)
        const seconds = (performance.now() - startedAt) / 1_000
        await removeFile(server, file)
        return { mbPerSecond: bytesOf(blocks) / 1_000_000 / seconds }
      },
    }
  }

/** What it is compared with: the same lines, found and parsed, and nothing else. */
const parse =
  (shape: FileShape): StartRunner =>
  async () => {
    const child = await startChild(import.meta.resolve('../processes/parse-child.ts'), { settings: shape })
    return {
      end: child.end,
      run: async () => ({ mbPerSecond: numberOf(await child.ask('parse'), 'mbPerSecond') }),
    }
  }

/** A round more each time would leave the next one less memory for files; and its removal must not disturb it. */
const removedMs = 2_500

const removeFile = async ({ url, apiKey }: GatewayProcess, file: string): Promise<void> => {
  const headers = { authorization: `Bearer ${apiKey}` }
  await fetch(`${url}/v1/files/${file}`, { method: 'DELETE', headers })
  await sleep(removedMs)
}

export const uploadLongLines = upload(longLines)
export const uploadShortLines = upload(shortLines)
export const parseLongLines = parse(longLines)
export const parseShortLines = parse(shortLines)
