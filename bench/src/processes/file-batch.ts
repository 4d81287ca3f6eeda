import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewayProcess } from './gateway.ts'
import { fieldOf, textOf } from './message.ts'

const lookMs = 100

const call = async (server: GatewayProcess, path: string, body?: unknown): Promise<unknown> => {
  const headers = { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' }
  const answer = await fetch(`${server.url}/v1/batches${path}`, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

/** A batch of an uploaded file; gives its id. */
export const createBatchOf = async (server: GatewayProcess, file: string): Promise<string> =>
  textOf(
    await call(server, '', {
      input_file_id: file,
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    }),
    'id',
  )

/** The output file of the batch, once it has ended. */
export const untilEnded = async (server: GatewayProcess, batch: string): Promise<string> => {
  for (;;) {
    const shown = await call(server, `/${batch}`)
    const status = textOf(shown, 'status')
    if (status === 'completed') return textOf(shown, 'output_file_id')
    if (!/^(in_progress|finalizing)$/.test(status)) throw new Error(`${batch} is ${status}`)
    await sleep(lookMs)
  }
}

/** How many of its requests are answered. */
export const answeredOf = async (server: GatewayProcess, batch: string): Promise<number> => {
  const counts = fieldOf(await call(server, `/${batch}`), 'request_counts')
  return Number(fieldOf(counts, 'completed'))
}

/** Stops the batch and waits for its end. */
export const cancelled = async (server: GatewayProcess, batch: string): Promise<void> => {
  await call(server, `/${batch}/cancel`, {})
  while (textOf(await call(server, `/${batch}`), 'status') !== 'cancelled') await sleep(lookMs)
}
