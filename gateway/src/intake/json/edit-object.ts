import type { MemberSpan, Span } from './members.ts'

/** Other bytes in the place of a stretch. */
export interface Edit extends Span {
  readonly text: string
}

/** The bytes with the edits made; they must not overlap, and may come in any order. */
export const edited = (bytes: Buffer, edits: readonly Edit[]): Buffer => {
  const parts: Buffer[] = []
  let at = 0
  for (const { start, end, text } of edits.toSorted((one, other) => one.start - other.start)) {
    parts.push(bytes.subarray(at, start), Buffer.from(text))
    at = end
  }
  return at === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(at)])
}

/** Where a byte lies after the edits; it is in none of them. */
export const movedTo = (place: number, edits: readonly Edit[]): number => {
  let moved = place
  for (const { start, end, text } of edits) {
    if (end <= place) moved += Buffer.byteLength(text) - (end - start)
  }
  return moved
}

/** An object within other bytes: where it begins, and its members. */
export interface ObjectPlace {
  readonly start: number
  readonly members: ReadonlyMap<string, MemberSpan>
}

/** Gives a member this value, in JSON, in the place of the one that it has. */
export const setMember = ({ start, members }: ObjectPlace, name: string, json: string): Edit => {
  const member = members.get(name)
  if (member) return { start: member.start, end: member.end, text: json }
  const text = `${JSON.stringify(name)}:${json}${members.size === 0 ? '' : ','}`
  return { start: start + 1, end: start + 1, text }
}

const COMMA = 0x2c

/** Takes a member away, with one of the commas beside it. */
export const removeMember = (bytes: Buffer, { keyStart, end }: MemberSpan): Edit => {
  const next = skipSpace(bytes, end, 1)
  if (bytes[next] === COMMA) return { start: keyStart, end: next + 1, text: '' }
  const before = skipSpace(bytes, keyStart - 1, -1)
  return { start: bytes[before] === COMMA ? before : keyStart, end, text: '' }
}

const skipSpace = (bytes: Buffer, from: number, step: 1 | -1): number => {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += step
  return at
}
