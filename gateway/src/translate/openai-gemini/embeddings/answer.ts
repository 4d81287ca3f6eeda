import { readUsage } from '../../../provider/gemini/read-usage.ts'
import { isObject, type JsonObject } from '../../json.ts'
import type { AnswerContext } from '../../translation.ts'

/** The answer of `batchEmbedContents`, as a list of embeddings. */
export const toEmbeddings = (answer: JsonObject, { asked }: AnswerContext): JsonObject => {
  const embeddings: readonly unknown[] = Array.isArray(answer.embeddings) ? answer.embeddings : []
  // Most models tell no usage.
  const tokens = readUsage(answer.usageMetadata)?.promptTokens ?? 0
  return {
    object: 'list',
    data: embeddings.map((embedding, index) => ({
      object: 'embedding',
      index,
      embedding: encoded(valuesOf(embedding), asked.encoding_format),
    })),
    model: asked.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  }
}

const valuesOf = (embedding: unknown): readonly number[] => {
  const values: readonly unknown[] =
    isObject(embedding) && Array.isArray(embedding.values) ? embedding.values : []
  return values.filter((value) => typeof value === 'number')
}

const FLOAT_BYTES = 4

/** In base64 they are floats of 32 bits, the lowest byte first. */
const encoded = (values: readonly number[], format: unknown): readonly number[] | string => {
  if (format !== 'base64') return values
  const bytes = Buffer.alloc(values.length * FLOAT_BYTES)
  for (const [at, value] of values.entries()) bytes.writeFloatLE(value, at * FLOAT_BYTES)
  return bytes.toString('base64')
}
