import { setTimeout as sleep } from 'node:timers/promises'
import { answeredOf, createBatchOf } from '../processes/file-batch.ts'
import { startGatewayProcess } from '../processes/gateway.ts'
import { uploadFile } from '../processes/upload.ts'
import { requestFile } from '../request-file.ts'
import type { RunnerSetting, StartRunner } from '../runner.ts'

const lineBytes = 300
/** So many are answered at full rate, whatever the file: some seconds of the same work. */
const answered = 50_000
const lookMs = 50

/** A fresh gateway that takes in one file, makes a batch of it and begins to run it: what its process takes at most. */
const fileOf =
  (lines: number): StartRunner =>
  async (setting) => ({
    run: async () => ({ peakMb: await peakMbWith(lines, setting) }),
    end: async () => {},
  })

const peakMbWith = async (lines: number, { course, upstream }: RunnerSetting): Promise<number> => {
  const limits = { concurrency_max: course.inFlight, concurrency_initial: course.inFlight }
  const files = { lines_max: 1_000_000, mib_max: 400 }
  const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits, files })
  try {
    const batch = await createBatchOf(
      server,
      await uploadFile(server, requestFile({ lines, lineBytes, texts: 'reviews-ko' })),
    )
    while ((await answeredOf(server, batch)) < answered) await sleep(lookMs)
    return server.peakMb()
  } finally {
    await server.end()
  }
}

export const file100k = fileOf(100_000)
export const file1m = fileOf(1_000_000)
