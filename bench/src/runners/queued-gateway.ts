import { startGatewayProcess } from '../processes/gateway.ts'
import { batchSize } from '../requests.ts'
import type { RunnerSetting, StartRunner } from '../runner.ts'
import { clientOf, readAnswers, submitBatches } from './batches.ts'

/** While requests queue, the provider hardly answers. */
const slow = [{ kind: 'slow', delayMs: 2_000 }] as const
/** Then so many are answered at full rate and read, in every queue: some seconds of the same work. */
const answered = 20_000

/** A fresh gateway with a queue of this length: what its process takes at most. */
const queuedGateway =
  (queued: number): StartRunner =>
  async (setting) => ({
    run: async () => ({ peakMb: await peakMbWith(queued, setting) }),
    end: async () => {},
  })

const peakMbWith = async (queued: number, { course, upstream }: RunnerSetting): Promise<number> => {
  const limits = { concurrency_max: course.inFlight, concurrency_initial: course.inFlight }
  await upstream.setFaults(slow)
  const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits })
  try {
    const client = clientOf(server)
    const accepted: string[] = []
    await submitBatches(client, queued / batchSize, (batch) => accepted.push(batch))
    await upstream.setFaults([])
    // In the order in which they came, which is the order in which they are answered.
    for (const batch of accepted.slice(0, answered / batchSize)) await readAnswers(client, batch)
    return server.peakMb()
  } finally {
    await server.end()
  }
}

export const queue20k = queuedGateway(20_000)
export const queue200k = queuedGateway(200_000)
