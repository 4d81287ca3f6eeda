import { ValueScanner } from './value-scanner.ts'

/** A stretch of bytes, `end` excluded. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Of a member's value, and where its key begins. */
export interface MemberSpan extends Span {
  readonly keyStart: number
}

/**
 * Where the members' values lie in the bytes of an object that is known to be valid JSON without duplicate
 * keys: so that a prompt is passed on in the very bytes in which it came.
 */
export const memberSpans = (
  bytes: Buffer,
  object: Span = { start: 0, end: bytes.length },
): Map<string, MemberSpan> => {
  const spans = new Map<string, MemberSpan>()
  const scanner = new ValueScanner()
  let at = skipSpace(bytes, object.start + 1)
  while (bytes[at] === 0x22) {
    const keyEnd = endOf(scanner, bytes, at)
    const key = keyAt(bytes, at, keyEnd)
    const start = skipSpace(bytes, skipSpace(bytes, keyEnd) + 1)
    const end = endOf(scanner, bytes, start)
    spans.set(key, { keyStart: at, start, end })
    at = skipSpace(bytes, end)
    if (bytes[at] === 0x2c) at = skipSpace(bytes, at + 1)
  }
  return spans
}

const endOf = (scanner: ValueScanner, bytes: Buffer, start: number): number => {
  scanner.begin(bytes[start] ?? 0)
  const end = scanner.scan(bytes, start)
  if (end < 0) throw new Error('memberSpans was given something other than a JSON object')
  return end
}

const keyAt = (bytes: Buffer, start: number, end: number): string => {
  const raw = bytes.toString('utf8', start, end)
  return raw.includes('\\') ? String(JSON.parse(raw)) : raw.slice(1, -1)
}

const skipSpace = (bytes: Buffer, from: number): number => {
  let at = from
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at += 1
  return at
}
