import { download } from '../processes/download.ts'
import { createBatchOf, untilEnded } from '../processes/file-batch.ts'
import { type GatewayProcess, startGatewayProcess } from '../processes/gateway.ts'
import type { Behind } from '../processes/gateway-config.ts'
import { uploadFile } from '../processes/upload.ts'
import { requestFile } from '../request-file.ts'
import type { StartRunner } from '../runner.ts'

const lines = 40_000
const lineBytes = 600

/** V8 goes on compiling for so long: before, a round measures it and not the gateway of a night's work. */
const warmUpFiles = 4

/** From the first byte uploaded to the last result read. */
const answered = async (server: GatewayProcess, file: readonly Buffer[]): Promise<void> => {
  const output = await untilEnded(server, await createBatchOf(server, await uploadFile(server, file)))
  await download({ url: `${server.url}/v1/files/${output}/content`, apiKey: server.apiKey })
}

/** Files of chat completions, each as one batch. */
const fileBatches =
  (behind: Behind): StartRunner =>
  async ({ course, upstream, profileFolder }) => {
    const limits = { concurrency_max: course.inFlight, concurrency_initial: course.inFlight }
    const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits, behind, profileFolder })
    const file = requestFile({ lines, lineBytes, texts: 'reviews-ko' })
    for (let count = 0; count < warmUpFiles; count += 1) await answered(server, file)
    return {
      end: server.end,
      async run() {
        const cpuMsBefore = server.cpuMs()
        const startedAt = performance.now()
        await answered(server, file)
        const rate = lines / ((performance.now() - startedAt) / 1_000)
        return { rate, cpuUsPerRequest: ((server.cpuMs() - cpuMsBefore) * 1_000) / lines }
      },
    }
  }

/** The provider speaks the format of the file: bytes pass through. */
export const passedBatches = fileBatches({})

/** The same lines at Anthropic's API: requests are translated, and so are answers. */
export const translatedBatches = fileBatches({ protocol: 'anthropic', provider_model: 'claude-sonnet-4-5' })
