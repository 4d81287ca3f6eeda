import { download } from '../processes/download.ts'
import { createBatchOf, untilEnded } from '../processes/file-batch.ts'
import { startGatewayProcess } from '../processes/gateway.ts'
import type { Behind } from '../processes/gateway-config.ts'
import { uploadFile } from '../processes/upload.ts'
import { requestFile } from '../request-file.ts'
import type { StartRunner } from '../runner.ts'

const lines = 20_000
const lineBytes = 600

/** A file of chat completions: its upload, its batch, and its results read to the last byte. */
const fileBatches =
  (behind: Behind): StartRunner =>
  async ({ course, upstream, profileFolder }) => {
    const limits = { concurrency_max: course.inFlight, concurrency_initial: course.inFlight }
    const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits, behind, profileFolder })
    const file = requestFile({ lines, lineBytes, texts: 'reviews-ko' })
    return {
      end: server.end,
      async run() {
        const cpuMsBefore = server.cpuMs()
        const startedAt = performance.now()
        const output = await untilEnded(server, await createBatchOf(server, await uploadFile(server, file)))
        await download({ url: `${server.url}/v1/files/${output}/content`, apiKey: server.apiKey })
        const rate = lines / ((performance.now() - startedAt) / 1_000)
        return { rate, cpuUsPerRequest: ((server.cpuMs() - cpuMsBefore) * 1_000) / lines }
      },
    }
  }

/** The provider speaks the format of the file: bytes pass through. */
export const passedBatches = fileBatches({})

/** The same lines at Anthropic's API: requests are translated, and so are answers. */
export const translatedBatches = fileBatches({ protocol: 'anthropic', provider_model: 'claude-sonnet-4-5' })
