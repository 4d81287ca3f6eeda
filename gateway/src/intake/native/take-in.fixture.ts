import { expect } from 'vitest'
import { decodeIndex } from '../../batch/index-codec.ts'
import { DEFAULT_PRESETS } from '../../config/presets.ts'
import { createMemoryBlobs } from '../../storage/blobs/memory.ts'
import { DEFAULT_INTAKE_LIMITS, type IntakeLimits } from '../limits.ts'
import type { InvalidNative } from './invalid.ts'
import { type AcceptedNative, type NativeIntake, readNativeBatch } from './read.ts'
import { encodeTemplate, nativeComposer } from './template.ts'

export const BLOB = 'inputs/batch_1'

interface TakenIn {
  readonly intake: NativeIntake
  readonly blobs: ReturnType<typeof createMemoryBlobs>
}

export async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export const orderOf = (limits: Partial<IntakeLimits> = {}) => ({
  blobs: createMemoryBlobs(),
  blobName: BLOB,
  limits: { ...DEFAULT_INTAKE_LIMITS, ...limits },
  presets: DEFAULT_PRESETS,
  allowedModels: (model: string) =>
    model === 'batch-4.1' ? undefined : { code: 'model_not_found', message: `there is no model "${model}"` },
  random: { next: () => 0.5 },
  webhooks: { refusal: () => undefined },
  isNativeByDefault: true,
  translation: { wayOf: () => ({ kind: 'passes' as const }), lossy: 'refuse' as const },
})

/** Takes a body in, and checks that a refused one leaves nothing stored. */
export const takeIn = async (
  body: unknown,
  limits: Partial<IntakeLimits> = {},
  chunk = 1_000,
): Promise<TakenIn> => {
  const order = orderOf(limits)
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const intake = await readNativeBatch({ ...order, body: chunked(bytes, chunk) })
  if (intake.kind !== 'accepted') expect(await storedNames(order.blobs)).toEqual([])
  return { intake, blobs: order.blobs }
}

export const storedNames = async (blobs: ReturnType<typeof createMemoryBlobs>): Promise<string[]> => {
  const names: string[] = []
  for await (const { name } of blobs.list('')) names.push(name)
  return names
}

export const invalid = async (body: unknown, limits: Partial<IntakeLimits> = {}): Promise<InvalidNative> => {
  const { intake } = await takeIn(body, limits)
  if (intake.kind !== 'invalid') throw new Error(`expected a refusal, got ${intake.kind}`)
  return intake
}

export const accepted = ({ intake }: TakenIn): AcceptedNative => {
  if (intake.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(intake)}`)
  return intake
}

interface Sent {
  readonly id: unknown
  readonly index: number
  readonly text: string
  readonly body: unknown
}

/** What would be sent for each request, read back the way that execution reads it. */
export const sent = async (taken: TakenIn): Promise<Sent[]> => {
  const intake = accepted(taken)
  const compose = nativeComposer(encodeTemplate(intake.template))
  const found: Sent[] = []
  for (const shard of intake.shards) {
    const table = decodeIndex(shard.index)
    expect(table.count).toBe(shard.count)
    for (let i = 0; i < table.count; i += 1) {
      const id = await taken.blobs.read(intake.blobName, table.idStart(i), table.idLength(i))
      const fragment = await taken.blobs.read(intake.blobName, table.bodyStart(i), table.bodyLength(i))
      const text = String(compose(fragment, table.variant(i), 'gpt-4.1'))
      found.push({ id: JSON.parse(id.toString()), index: table.batchIndex(i), text, body: JSON.parse(text) })
    }
  }
  return found
}

export const user = (content: unknown) => ({ role: 'user', content })
export const tasks = (...prompts: string[]) => prompts.map((prompt, i) => ({ custom_id: `doc_${i}`, prompt }))
