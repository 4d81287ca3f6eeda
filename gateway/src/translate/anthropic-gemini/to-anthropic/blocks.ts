import type { CallIds } from '../../gemini/call-ids.ts'
import type { FunctionCall, Piece } from '../../gemini/read-answer.ts'
import type { JsonObject } from '../../json.ts'

/** Pieces in their order; words that follow words are one block. */
export const toBlocks = (pieces: readonly Piece[], ids: CallIds): readonly JsonObject[] => {
  const blocks: JsonObject[] = []
  for (const [at, piece] of pieces.entries()) {
    if (piece.kind === 'call') blocks.push(toToolUse(piece, piece.args, ids))
    else if (pieces[at - 1]?.kind !== piece.kind) blocks.push(toWords(piece.kind, wordsFrom(pieces, at)))
  }
  return blocks
}

export type WordKind = Exclude<Piece['kind'], 'call'>

/** Gemini signs no thoughts in a way that Anthropic's could be checked. */
export const toWords = (kind: WordKind, text: string): JsonObject =>
  kind === 'text'
    ? { type: 'text', text, citations: null }
    : { type: 'thinking', thinking: text, signature: '' }

export const toToolUse = ({ id, name }: FunctionCall, input: JsonObject, ids: CallIds): JsonObject => ({
  type: 'tool_use',
  id: ids.idOf(id),
  name,
  input,
  caller: { type: 'direct' },
})

const wordsFrom = (pieces: readonly Piece[], start: number): string => {
  let text = ''
  for (let at = start; at < pieces.length; at += 1) {
    const piece = pieces[at]
    if (!piece || piece.kind === 'call' || piece.kind !== pieces[start]?.kind) break
    text += piece.text
  }
  return text
}
