import { startGatewayProcess } from '../processes/gateway.ts'
import { startWrk } from '../processes/wrk.ts'
import type { StartRunner } from '../runner.ts'

/** Straight to the provider. */
export const wrk: StartRunner = async ({ course: { inFlight }, upstream: { url } }) => {
  const generator = await startWrk({ url, inFlight })
  return { end: generator.end, run: async (seconds) => ({ rate: await generator.rateOver(seconds) }) }
}

/** V8 goes on compiling for so long: before, a round measures it and not a gateway that has run for a minute. */
const WARM_UP_SECONDS = 15

/** The same calls through the gateway, to the same provider. */
export const wrkGateway: StartRunner = async ({ course, upstream, profileFolder }) => {
  const limits = { concurrency_max: 1_000, concurrency_initial: 1_000 }
  const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits, profileFolder })
  const generator = await startWrk({ url: server.url, apiKey: server.apiKey, inFlight: course.inFlight })
  if (course.warmUp) await generator.rateOver(WARM_UP_SECONDS)
  return {
    run: async (seconds) => ({ rate: await generator.rateOver(seconds) }),
    async end() {
      await generator.end()
      await server.end()
    },
  }
}
