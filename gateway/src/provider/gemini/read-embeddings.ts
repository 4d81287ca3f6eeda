import { isRecord } from '../answers/json.ts'
import { bad, type ReadAnswer } from '../answers/reading.ts'
import { withoutAnswer } from './read-content.ts'
import { readUsage } from './read-usage.ts'

/** `BatchEmbedContentsResponse`: vectors, and for most models neither a model nor a usage. */
export const readEmbeddings: ReadAnswer = (json) => {
  const { embeddings } = json
  if (!Array.isArray(embeddings) || embeddings.length === 0) {
    return withoutAnswer(json, 'no_embeddings', 'the answer has no list of embeddings')
  }
  const wrong = embeddings.findIndex((each) => !isRecord(each) || !isVector(each.values))
  if (wrong >= 0) {
    return bad('no_embeddings', `embeddings[${wrong}] of the answer has no vector in \`values\``)
  }
  const usage = readUsage(json.usageMetadata)
  return { kind: 'answer', answer: { text: null, finishReason: null, model: null, usage } }
}

const isVector = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'number')
