import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { download } from '../processes/download.ts'
import { createBatchOf, untilEnded } from '../processes/file-batch.ts'
import { startGatewayProcess } from '../processes/gateway.ts'
import { startSendfileServer } from '../processes/sendfile-server.ts'
import { makeTempFolder } from '../processes/temp-folder.ts'
import { uploadFile } from '../processes/upload.ts'
import { requestFile } from '../request-file.ts'
import type { StartRunner } from '../runner.ts'

/** Answers of about 650 bytes make lines of 850: 200 MB of results. */
const requests = 235_000
const downloadsARound = 3

/** The output file of a batch that has ended, over HTTP. */
export const gatewayDownload: StartRunner = async ({ course, upstream, profileFolder }) => {
  const limits = { concurrency_max: course.inFlight, concurrency_initial: course.inFlight }
  const files = { lines_max: 1_000_000 }
  const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits, files, profileFolder })
  const file = await uploadFile(server, requestFile({ lines: requests, lineBytes: 400, texts: 'reviews-ko' }))
  const output = await untilEnded(server, await createBatchOf(server, file))
  const url = `${server.url}/v1/files/${output}/content`
  return { end: server.end, run: async () => measured({ url, apiKey: server.apiKey }) }
}

/** What it is compared with: as many bytes of a plain file, handed to the socket by the kernel. */
export const sendfileDownload: StartRunner = async () => {
  const folder = await makeTempFolder()
  const path = join(folder.path, 'results.jsonl')
  await writeFile(path, Buffer.alloc(200_000_000, '{"id":"batch_req_1"}\n'))
  const server = await startSendfileServer(path)
  return {
    async end() {
      await server.end()
      await folder.end()
    },
    run: async () => measured({ url: server.url }),
  }
}

const measured = async (order: { url: string; apiKey?: string }) => {
  const startedAt = performance.now()
  let bytes = 0
  for (let count = 0; count < downloadsARound; count++) bytes += await download(order)
  return { mbPerSecond: bytes / 1_000_000 / ((performance.now() - startedAt) / 1_000) }
}
