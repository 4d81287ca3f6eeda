import { type CallLatency, startCallLatency } from '../processes/call-latency.ts'
import { type GatewayProcess, startGatewayProcess } from '../processes/gateway.ts'
import type { StartRunner } from '../runner.ts'
import { clientOf, keepRunning } from './batches.ts'

/** What people at their screens ask for, while the night's work goes on or not. */
const perSecond = 100

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

/** The same calls while a batch takes whatever the deployment has left. */
export const callsBesideBatch = steadyCalls(async (server, caller, seconds) => {
  const load = await keepRunning(clientOf(server))
  try {
    return (await caller.steadily(perSecond, seconds)).p99Ms
  } finally {
    await load.end()
  }
})
