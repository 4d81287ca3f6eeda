import { createBatchOf } from '../processes/file-batch.ts'
import { startGatewayProcess } from '../processes/gateway.ts'
import { uploadFile } from '../processes/upload.ts'
import { requestFile } from '../request-file.ts'
import type { RunnerSetting, StartRunner } from '../runner.ts'
import { clientOf, secondsToAnswerSmall } from './batches.ts'

const lineBytes = 300
const tries = 5

/** A fresh gateway with so many requests of one account: how long another one waits for its hundred. */
const smallAccount =
  (queued: number): StartRunner =>
  async (setting) => ({
    run: async () => ({ seconds: await secondsBeside(queued, setting) }),
    end: async () => {},
  })

const secondsBeside = async (queued: number, { course, upstream }: RunnerSetting): Promise<number> => {
  const limits = { concurrency_max: course.inFlight, concurrency_initial: course.inFlight }
  const files = { lines_max: 1_000_000, mib_max: 400 }
  const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits, files })
  try {
    const small = clientOf({ ...server, apiKey: await server.newKey('acct_small') })
    // Compilers and connections first, as on a server that has run for more than a second.
    await secondsToAnswerSmall(small)
    if (queued > 0) {
      const blocks = requestFile({ lines: queued, lineBytes, texts: 'reviews-ko' })
      await createBatchOf(server, await uploadFile(server, blocks))
    }
    let sum = 0
    for (let count = 0; count < tries; count++) sum += await secondsToAnswerSmall(small)
    return sum / tries
  } finally {
    await server.end()
  }
}

export const smallAlone = smallAccount(0)
export const smallBesideLarge = smallAccount(1_000_000)
