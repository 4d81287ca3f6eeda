import type { AskedPiece, AskedTurn } from '../../gemini/request/contents.ts'
import { textOfResponse } from '../../gemini/response-text.ts'
import type { JsonObject } from '../../json.ts'
import { jsonText } from '../../reading/json-text.ts'
import { toMediaPart } from './media-part.ts'

export const toMessages = (turns: readonly AskedTurn[]): readonly JsonObject[] =>
  turns.flatMap(({ role, pieces }) => (role === 'model' ? [toAssistant(pieces)] : toUser(pieces)))

const toAssistant = (pieces: readonly AskedPiece[]): JsonObject => {
  const texts = pieces.flatMap((piece) => (piece.kind === 'text' ? [piece.text] : []))
  const calls = pieces.flatMap((piece) => (piece.kind === 'call' ? [toCall(piece)] : []))
  for (const piece of pieces) {
    if (piece.kind === 'inline' || piece.kind === 'file') piece.refuse('cannot be part of what a model said')
  }
  return {
    role: 'assistant',
    content: texts.length > 0 ? texts.join('') : null,
    ...(calls.length > 0 && { tool_calls: calls }),
  }
}

const toCall = ({ id, name, args }: Extract<AskedPiece, { kind: 'call' }>): JsonObject => ({
  id,
  type: 'function',
  function: { name, arguments: jsonText(args) },
})

/** Results are messages of their own, and stand before what the user says. */
const toUser = (pieces: readonly AskedPiece[]): readonly JsonObject[] => {
  const results = pieces.flatMap((piece) =>
    piece.kind === 'result'
      ? [{ role: 'tool', tool_call_id: piece.id, content: textOfResponse(piece.response) }]
      : [],
  )
  const parts = pieces.flatMap(toPart)
  return parts.length === 0 ? results : [...results, { role: 'user', content: toContent(parts) }]
}

const toPart = (piece: AskedPiece): readonly JsonObject[] => {
  if (piece.kind === 'text') return [{ type: 'text', text: piece.text }]
  if (piece.kind !== 'inline' && piece.kind !== 'file') return []
  const part = toMediaPart(piece)
  return part ? [part] : []
}

const toContent = (parts: readonly JsonObject[]): unknown => {
  const [first, ...more] = parts
  return first?.type === 'text' && more.length === 0 ? first.text : parts
}
