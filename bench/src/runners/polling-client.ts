import { setTimeout as sleep } from 'node:timers/promises'
import { type GatewayProcess, startGatewayProcess } from '../processes/gateway.ts'
import { fieldOf, textOf } from '../processes/message.ts'
import { batchSize, model, prompts } from '../requests.ts'
import type { StartRunner } from '../runner.ts'

const documents = 5_000
const pollMs = 30_000
/** Twice what the bar allows: then it is broken, not slow. */
const waitMsMax = 300_000

/** What clients in the field send: the conversation list, items handed straight over. */
const batchBody = JSON.stringify({
  model,
  input: prompts.map((content, at) => ({ role: 'user', content: { id: `doc_${at}`, content } })),
})

/**
 * The client that exists: knows no long poll and asks for none, looks at once after submitting and then every
 * 30 s. A fresh gateway each round, with nothing configured and no limit learned yet.
 */
export const pollingClient: StartRunner = async ({ upstream }) => ({
  async run() {
    const server = await startGatewayProcess({ upstreamUrl: upstream.url, limits: {} })
    try {
      const startedAt = performance.now()
      const batches: string[] = []
      for (let sent = 0; sent < documents; sent += batchSize) batches.push(await submit(server))
      for (const batch of batches) await wait(server, batch)
      return { rate: documents / ((performance.now() - startedAt) / 1_000) }
    } finally {
      await server.end()
    }
  },
  end: async () => {},
})

const call = async (server: GatewayProcess, path: string, body?: string): Promise<unknown> => {
  const headers = { authorization: `Bearer ${server.apiKey}`, 'content-type': 'application/json' }
  const answer = await fetch(`${server.url}/v1/batches${path}`, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body }),
  })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

const submit = async (server: GatewayProcess): Promise<string> =>
  textOf(await call(server, '', batchBody), 'batch_id')

const wait = async (server: GatewayProcess, batch: string): Promise<void> => {
  const signal = AbortSignal.timeout(waitMsMax)
  while (textOf(await call(server, `/${batch}`), 'status') === 'in_progress') {
    await sleep(pollMs, undefined, { signal })
  }
  const data = fieldOf(await call(server, `/${batch}/results`), 'data')
  if (!Array.isArray(data) || data.length !== batchSize) throw new Error(`${batch}: results are missing`)
}
