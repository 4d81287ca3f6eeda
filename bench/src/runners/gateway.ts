import { startGatewayProcess } from '../processes/gateway.ts'
import { batchSize } from '../requests.ts'
import type { StartRunner } from '../runner.ts'
import { clientOf, secondsToAnswer } from './batches.ts'
import { createPace } from './pace.ts'

/** V8 goes on compiling for so long: before, a round measures it and not the gateway of a night's work. */
const WARM_UP_REQUESTS = 200 * batchSize

/** Sheepfold, used as its clients use it: batches over HTTP, long polls, results. */
export const gateway: StartRunner = async ({ course, upstream, profileFolder }) => {
  const limits = { concurrency_max: course.inFlight, concurrency_initial: course.inFlight }
  const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits, profileFolder })
  const client = clientOf(server)
  const pace = createPace({ first: course.warmUp ? WARM_UP_REQUESTS : batchSize, step: batchSize })
  return {
    end: server.end,
    async run(seconds) {
      const requests = pace.requestsFor(seconds)
      const rowsBefore = await server.rowsWritten()
      const cpuMsBefore = server.cpuMs()
      const rate = requests / (await secondsToAnswer(client, requests / batchSize))
      const cpuMs = server.cpuMs() - cpuMsBefore
      const rows = (await server.rowsWritten()) - rowsBefore
      pace.learn(rate)
      return { rate, cpuUsPerRequest: (cpuMs * 1_000) / requests, rowsPerThousand: (rows * 1_000) / requests }
    },
  }
}
