import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { bytesOf } from '../request-file.ts'
import type { GatewayProcess } from './gateway.ts'
import { textOf } from './message.ts'

const boundary = 'sheepfold-bench-boundary'
const head = Buffer.from(
  `--${boundary}\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n` +
    `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="in.jsonl"\r\n` +
    'content-type: application/octet-stream\r\n\r\n',
)
const tail = Buffer.from(`\r\n--${boundary}--\r\n`)

/** Sends a file as the official clients do, with as little work of our own as can be; gives its id. */
export const uploadFile = async (server: GatewayProcess, blocks: readonly Buffer[]): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const call = request(`${server.url}/v1/files`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.apiKey}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': head.length + bytesOf(blocks) + tail.length,
    },
  })
  call.on('error', reject)
  call.on('response', (answer) => {
    text(answer).then((body) => {
      if (answer.statusCode === 200) resolve(textOf(JSON.parse(body), 'id'))
      else reject(new Error(`the upload was answered with ${answer.statusCode}: ${body}`))
    }, reject)
  })
  for (const block of [head, ...blocks, tail]) {
    if (!call.write(block)) await new Promise((drained) => call.once('drain', drained))
  }
  call.end()
  return promise
}
