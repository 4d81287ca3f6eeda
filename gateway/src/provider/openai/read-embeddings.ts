import { isRecord, textOr } from '../answers/json.ts'
import { bad, type ReadAnswer } from '../answers/reading.ts'
import { withoutAnswer } from './error-body.ts'
import { readInputUsage } from './read-usage.ts'

/** A list of vectors. They have no text: the client gets the body as it is. */
export const readEmbeddings: ReadAnswer = (json, source) => {
  const { data } = json
  if (!Array.isArray(data) || data.length === 0) {
    return withoutAnswer(json, source, 'no_embeddings', 'the answer has no list of embeddings')
  }
  const wrong = data.findIndex((each) => !isRecord(each) || !isVector(each.embedding))
  if (wrong >= 0) return bad('no_embeddings', `data[${wrong}] of the answer has no vector in \`embedding\``)
  const answer = {
    text: null,
    finishReason: null,
    model: textOr(json.model),
    usage: readInputUsage(json.usage),
  }
  return { kind: 'answer', answer }
}

/** Numbers, or the bytes of floats in base64 where the request asked for that. */
const isVector = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0 && value.every((each) => typeof each === 'number')
    : typeof value === 'string' && value !== ''
