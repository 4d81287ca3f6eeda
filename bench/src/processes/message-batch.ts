import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { bytesOf } from '../request-file.ts'
import type { GatewayProcess } from './gateway.ts'
import { textOf } from './message.ts'

const path = '/v1/messages/batches'
const version = { 'anthropic-version': '2026-10-21' }
const lookMs = 100

/** Sends a create with as little work of our own as can be; gives the id of its batch. */
export const createMessageBatch = async (
  server: GatewayProcess,
  blocks: readonly Buffer[],
): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const call = request(`${server.url}${path}`, {
    method: 'POST',
    headers: {
      ...version,
      authorization: `Bearer ${server.apiKey}`,
      'content-type': 'application/json',
      'content-length': bytesOf(blocks),
    },
  })
  call.on('error', reject)
  call.on('response', (answer) => {
    text(answer).then((body) => {
      if (answer.statusCode === 200) resolve(textOf(JSON.parse(body), 'id'))
      else reject(new Error(`the create was answered with ${answer.statusCode}: ${body}`))
    }, reject)
  })
  for (const block of blocks) {
    if (!call.write(block)) await new Promise((drained) => call.once('drain', drained))
  }
  call.end()
  return promise
}

/** Stops the batch, waits for its end, and deletes it. */
export const removeMessageBatch = async (server: GatewayProcess, batch: string): Promise<void> => {
  const headers = { ...version, authorization: `Bearer ${server.apiKey}` }
  const ask = async (method: string, rest = ''): Promise<unknown> => {
    const answer = await fetch(`${server.url}${path}/${batch}${rest}`, { method, headers })
    if (!answer.ok) throw new Error(`${method} ${rest}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  await ask('POST', '/cancel')
  while (textOf(await ask('GET'), 'processing_status') !== 'ended') await sleep(lookMs)
  await ask('DELETE')
}
