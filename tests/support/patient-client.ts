import { setTimeout as pause } from 'node:timers/promises'
import { type Batch, type BatchResults, type Client, createClient, SheepfoldError } from '@sheepfold/client'
import { API_KEY } from './serve.ts'

/** A client that repeats nothing by itself. */
export const clientOf = (url: string, apiKey = API_KEY): Client =>
  createClient({ baseUrl: url, apiKey, retriesMax: 0 })

/** One that outlives its server: it repeats a call whose answer was lost, at wherever the server is now. */
export interface PatientClient {
  /** Sent with an idempotency key, so that a create that went through is not done twice. */
  create(body: string, idempotencyKey: string): Promise<Batch>
  get(batchId: string): Promise<Batch>
  /** Resolves when the batch has ended. */
  ended(batchId: string): Promise<Batch>
  results(batchId: string): Promise<BatchResults>
  cancel(batchId: string): Promise<Batch>
  /** A batch that is not found any more was deleted by a call whose answer was lost. */
  delete(batchId: string): Promise<void>
}

const PAUSE_MS = 30
/** A guard against what hangs, before the test runner's own, so that the test still cleans up. */
const ENDED_MS_MAX = 200_000

export const patientClient = (url: () => string): PatientClient => {
  const patiently = async <Result>(call: (client: Client) => Promise<Result>): Promise<Result> => {
    for (;;) {
      try {
        return await call(clientOf(url()))
      } catch (error) {
        if (!(error instanceof SheepfoldError) || error.code !== 'unreachable') throw error
        await pause(PAUSE_MS)
      }
    }
  }
  return {
    create: (body, idempotencyKey) =>
      patiently((client) => client.batches.createRaw(body, { idempotencyKey })),
    get: (batchId) => patiently((client) => client.batches.get(batchId)),
    async ended(batchId) {
      for (const giveUpAt = performance.now() + ENDED_MS_MAX; ; ) {
        const batch = await patiently((client) => client.batches.get(batchId, { waitSeconds: 5 }))
        if (batch.status !== 'in_progress') return batch
        if (performance.now() > giveUpAt) throw new Error(`it never ends: ${JSON.stringify(batch)}`)
      }
    },
    results: (batchId) => patiently((client) => client.batches.results(batchId)),
    cancel: (batchId) => patiently((client) => client.batches.cancel(batchId)),
    delete: (batchId) =>
      patiently((client) => client.batches.delete(batchId)).catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      }),
  }
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof SheepfoldError && error.status === 404 && error.code === 'not_found'
