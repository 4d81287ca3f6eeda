import { type Client, createClient } from '@sheepfold/client'
import type { GatewayProcess } from '../processes/gateway.ts'
import { batchSize, model, prompts } from '../requests.ts'

const bodyOf = (texts: readonly string[]): string =>
  JSON.stringify({ model, tasks: texts.map((prompt, at) => ({ custom_id: `request-${at}`, prompt })) })

const batchBody = bodyOf(prompts)
const smallSize = 100
const smallBody = bodyOf(prompts.slice(0, smallSize))

/** Uploads at once: the next body travels while the last one is checked. */
const creates = 2
const waitSeconds = 20
/** A batch that takes longer is broken, not slow: the bench ends and says so. */
const answerMsMax = 300_000

export const clientOf = ({ url, apiKey }: GatewayProcess): Client =>
  createClient({ baseUrl: url, apiKey, retriesMax: 0 })

/** Submits so many batches; `onAccepted` gets each as soon as the gateway has it. */
export const submitBatches = async (
  client: Client,
  count: number,
  onAccepted: (batch: string) => void,
): Promise<void> => {
  let submitted = 0
  const submitOnAndOn = async (): Promise<void> => {
    while (submitted < count) {
      submitted++
      onAccepted((await client.batches.createRaw(batchBody)).batch_id)
    }
  }
  await Promise.all(Array.from({ length: creates }, submitOnAndOn))
}

/** Waits by long poll, then reads the results: every request must have been answered. */
export const readAnswers = async (client: Client, batch: string, size = batchSize): Promise<void> => {
  const signal = AbortSignal.timeout(answerMsMax)
  while ((await client.batches.get(batch, { waitSeconds, signal })).status === 'in_progress');
  const { results } = await client.batches.results(batch, { signal })
  const answered = results.filter(({ status }) => status === 'succeeded').length
  if (answered !== size) throw new Error(`${batch}: ${answered} of ${size} were answered`)
}

/** From the first byte submitted to the last result read. */
export const secondsToAnswer = async (client: Client, batches: number): Promise<number> => {
  const startedAt = performance.now()
  const reading: Array<Promise<void>> = []
  await submitBatches(client, batches, (batch) => reading.push(readAnswers(client, batch)))
  await Promise.all(reading)
  return (performance.now() - startedAt) / 1_000
}

/** The same for a hundred requests. */
export const secondsToAnswerSmall = async (client: Client): Promise<number> => {
  const startedAt = performance.now()
  await readAnswers(client, (await client.batches.createRaw(smallBody)).batch_id, smallSize)
  return (performance.now() - startedAt) / 1_000
}
