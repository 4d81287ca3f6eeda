import { isToBeFetched } from '../../gemini/media-part.ts'
import type { AskedPiece, AskedTurn, MediaPiece } from '../../gemini/request/contents.ts'
import { textOfResponse } from '../../gemini/response-text.ts'
import type { JsonObject } from '../../json.ts'

export const toMessages = (turns: readonly AskedTurn[]): readonly JsonObject[] =>
  turns.map(({ role, pieces }) => ({
    role: role === 'model' ? 'assistant' : 'user',
    content: toContent(pieces.map(toBlock).filter((block) => block !== undefined)),
  }))

const toContent = (blocks: readonly JsonObject[]): unknown => {
  const [first, ...more] = blocks
  return first?.type === 'text' && more.length === 0 ? first.text : blocks
}

const toBlock = (piece: AskedPiece): JsonObject | undefined => {
  if (piece.kind === 'text') return { type: 'text', text: piece.text }
  if (piece.kind === 'call') {
    return { type: 'tool_use', id: piece.id, name: piece.name, input: piece.args }
  }
  return piece.kind === 'result' ? toResult(piece.id, piece.response) : toMedia(piece)
}

const toResult = (id: string, response: JsonObject): JsonObject =>
  typeof response.error === 'string' && Object.keys(response).length === 1
    ? { type: 'tool_result', tool_use_id: id, content: response.error, is_error: true }
    : { type: 'tool_result', tool_use_id: id, content: textOfResponse(response) }

const toMedia = ({ kind, mimeType, content, refuse }: MediaPiece): JsonObject | undefined => {
  const type = mimeType.startsWith('image/')
    ? 'image'
    : mimeType === 'application/pdf'
      ? 'document'
      : undefined
  if (type === undefined) refuse(`has the type ${mimeType.slice(0, 60)}, which is no picture and no PDF`)
  if (kind === 'file' && !isToBeFetched(content)) refuse('is a file that only Gemini has')
  const source =
    kind === 'inline'
      ? { type: 'base64', media_type: mimeType, data: content }
      : { type: 'url', url: content }
  return type && { type, source }
}
