import type { TestGateway } from './gateway.ts'
import { type Answer, call } from './http.ts'

/** The answers of the native endpoints, as far as tests look at them. */
export interface NativeBatch {
  readonly batch_id: string
  readonly id: string
  readonly status: string
  readonly progress: number
  readonly error: { readonly error: string; readonly message: string } | null
  readonly cost: { readonly batch: string }
  readonly usage: { readonly total_tokens: number }
}

export interface NativeEntry {
  readonly custom_id: string
  readonly index: number
  readonly status: string
  readonly output: string | null
  readonly model: string
  readonly finish_reason: string | null
  readonly usage: Readonly<Record<string, number>> | null
  readonly cost: string
  readonly error: { readonly code: string; readonly message: string } | null
}

export interface NativeResults {
  readonly status: string
  readonly data: readonly NativeEntry[]
  readonly results: readonly NativeEntry[]
  readonly error: NativeBatch['error']
}

type Server = Pick<TestGateway, 'url' | 'key'>

export const create = (
  server: Server,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> => call(`${server.url}/v1/batches`, { key: server.key, body, headers })

export const created = async (server: Server, body: unknown): Promise<NativeBatch> => {
  const answer = await create(server, body)
  if (answer.status !== 200) throw new Error(`the create was refused: ${answer.text}`)
  return answer.json as NativeBatch
}

const get = async (server: Server, path: string, prefer: string): Promise<unknown> => {
  const answer = await call(`${server.url}/v1/batches/${path}`, { key: server.key, headers: { prefer } })
  if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.text}`)
  return answer.json
}

/** As it is now. */
export const batchNow = async (server: Server, id: string): Promise<NativeBatch> =>
  (await get(server, id, 'wait=0')) as NativeBatch

export const resultsNow = async (server: Server, id: string): Promise<NativeResults> =>
  (await get(server, `${id}/results`, 'wait=0')) as NativeResults

/** Once it has ended. */
export const batchEnded = async (server: Server, id: string): Promise<NativeBatch> => {
  for (;;) {
    const batch = (await get(server, id, 'wait=60')) as NativeBatch
    if (batch.status !== 'in_progress') return batch
  }
}

export const resultsEnded = async (server: Server, id: string): Promise<NativeResults> => {
  await batchEnded(server, id)
  return resultsNow(server, id)
}

/** Submits and gives what came of it. */
export const resultsOf = async (server: Server, body: unknown): Promise<NativeResults> =>
  resultsEnded(server, (await created(server, body)).batch_id)
