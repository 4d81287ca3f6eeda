import { startGatewayProcess } from '../processes/gateway.ts'
import { startWrk } from '../processes/wrk.ts'
import { batchSize } from '../requests.ts'
import type { StartRunner } from '../runner.ts'
import { clientOf, secondsToAnswer } from './batches.ts'

const batches = 4

/** A deployment of which half is for interactive calls; `calls` of them are always in flight. */
const batchBeside =
  (share: (limit: number) => number): StartRunner =>
  async ({ course, upstream, profileFolder }) => {
    const limit = course.inFlight
    const limits = { concurrency_max: limit, concurrency_initial: limit, interactive_share: 0.5 }
    const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits, profileFolder })
    const client = clientOf(server)
    const calls = share(limit)
    const generator = await startWrk({ url: server.url, apiKey: server.apiKey, inFlight: Math.max(1, calls) })
    return {
      async run(seconds) {
        // Longer than the batches take: the calls must not end before them.
        const called = calls === 0 ? undefined : generator.rateOver(seconds)
        const rate = (batches * batchSize) / (await secondsToAnswer(client, batches))
        await called
        return { rate }
      },
      async end() {
        await generator.end()
        await server.end()
      },
    }
  }

export const batchAlone = batchBeside(() => 0)
export const batchBesideCalls = batchBeside((limit) => limit / 2)
