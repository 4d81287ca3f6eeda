import type { Piece, Reaction } from '../reaction.ts'

const EMPTY_LINE = Buffer.from('\n')
const COMMENT = Buffer.from(': keep-alive\n\n')

/**
 * While a call waits for its place its status is out already, and now and then an empty line tells that it is not
 * forgotten; in a stream it is a comment. What a fault has left no room for stays as it is.
 */
export const withSignsOfLife = (answer: Reaction, everyMs: number): Reaction => {
  const { status, firstByteMs, bodyMs, body, filler, fault, pieces } = answer
  const isCut = fault !== undefined && fault !== 'reset_after' && fault !== 'hang_after'
  if (firstByteMs === 0 || status !== 200 || filler !== undefined || isCut) return answer
  const sign = pieces === undefined ? EMPTY_LINE : COMMENT
  const signs = Array.from({ length: Math.ceil(firstByteMs / everyMs) }, (_, n) => ({
    end: (n + 1) * sign.length,
    atMs: n * everyMs,
  }))
  const begin = signs.length * sign.length
  const later = ({ end, atMs }: Piece): Piece => ({ end: begin + end, atMs: firstByteMs + atMs })
  const whole = body.length === 0 ? [] : [{ end: body.length, atMs: bodyMs }]
  return {
    ...answer,
    firstByteMs: 0,
    bodyMs: firstByteMs + bodyMs,
    body: Buffer.concat([...signs.map(() => sign), body]),
    pieces: [...signs, ...(pieces ?? whole).map(later)],
  }
}
