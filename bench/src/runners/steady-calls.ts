import { setTimeout as sleep } from 'node:timers/promises'
import { type CallLatency, startCallLatency } from '../processes/call-latency.ts'
import { answeredOf, cancelled, createBatchOf } from '../processes/file-batch.ts'
import { type GatewayProcess, startGatewayProcess } from '../processes/gateway.ts'
import { uploadFile } from '../processes/upload.ts'
import { requestFile } from '../request-file.ts'
import type { StartRunner } from '../runner.ts'

/** What people at their screens ask for, while the night's work goes on or not. */
const perSecond = 100

const lookMs = 50
/** So many answers, and the batch runs at its full rate. */
const begun = 3_000
/** 3,200 are answered a second. */
const blocks = requestFile({ lines: 50_000, lineBytes: 600, texts: 'documents' })

const steadyCalls =
  (measure: (server: GatewayProcess, caller: CallLatency, seconds: number) => Promise<number>): StartRunner =>
  async ({ course, upstream, profileFolder }) => {
    const limits = { concurrency_max: course.inFlight, concurrency_initial: course.inFlight }
    const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits, profileFolder })
    const caller = await startCallLatency({
      url: server.url,
      headers: { authorization: `Bearer ${server.apiKey}` },
    })
    return {
      run: async (seconds) => ({ p99Ms: await measure(server, caller, seconds) }),
      async end() {
        await caller.end()
        await server.end()
      },
    }
  }

export const callsAlone = steadyCalls(
  async (_server, caller, seconds) => (await caller.steadily(perSecond, seconds)).p99Ms,
)

/** The same calls while a batch takes whatever the deployment has left: it is larger than a round is long. */
export const callsBesideBatch = steadyCalls(async (server, caller, seconds) => {
  const batch = await createBatchOf(server, await uploadFile(server, blocks))
  while ((await answeredOf(server, batch)) < begun) await sleep(lookMs)
  const { p99Ms } = await caller.steadily(perSecond, seconds)
  await cancelled(server, batch)
  return p99Ms
})
