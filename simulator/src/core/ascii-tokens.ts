import { countTokens as countWithLibrary } from 'gpt-tokenizer/encoding/o200k_base'

const plainText = { disallowedSpecial: new Set<string>() }

/**
 * o200k_base's own splitting rule, said for ASCII: the classes of Unicode cost half of the time there.
 * Sticky: it takes the piece that begins at `lastIndex`.
 */
const contraction = "(?:'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE]))?"
const asciiPiece = new RegExp(
  [
    `[^\\r\\nA-Za-z0-9]?[A-Z]*[a-z]+${contraction}`,
    `[^\\r\\nA-Za-z0-9]?[A-Z]+[a-z]*${contraction}`,
    '[0-9]{1,3}',
    ' ?[^\\sA-Za-z0-9]+[\\r\\n/]*',
    '\\s*[\\r\\n]+',
    '\\s+(?!\\S)',
    '\\s+',
  ].join('|'),
  'y',
)

/** Tokens of pieces seen before; emptied when full, since the common ones are back at once. */
const piecesKept = 50_000
const tokensOfPiece = new Map<string, number>()

const countPiece = (piece: string): number => {
  const known = tokensOfPiece.get(piece)
  if (known !== undefined) return known
  const tokens = countWithLibrary(piece, plainText)
  if (tokensOfPiece.size >= piecesKept) tokensOfPiece.clear()
  tokensOfPiece.set(piece, tokens)
  return tokens
}

const spaceByte = 32
const apostropheByte = 39
const commaByte = 44
const fullStopByte = 46
const upperA = 65
const lowerA = 97
const letters = 26

/** Where the word ends that `packWord` read, and the word itself: numbers, since objects would be dear here. */
let wordEnd = 0
let packedHead = 0
let packedTail = 0

/**
 * Reads a plain word (a space or none, capitals or none, small letters or none) of up to ten letters and packs it
 * whole into two numbers, six bits a letter. False where there is none; then the rule above has to find the piece.
 */
const packWord = (bytes: Uint8Array, from: number): boolean => {
  const spaced = bytes[from] === spaceByte
  const lettersFrom = spaced ? from + 1 : from
  let at = lettersFrom
  let head = 0
  let tail = 0
  let letter = ((bytes[at] ?? 0) - upperA) >>> 0
  while (letter < letters) {
    tail = (tail << 6) | (head >>> 24)
    head = ((head << 6) & 0x3fff_ffff) | (letter + letters + 1)
    letter = ((bytes[++at] ?? 0) - upperA) >>> 0
  }
  letter = ((bytes[at] ?? 0) - lowerA) >>> 0
  while (letter < letters) {
    tail = (tail << 6) | (head >>> 24)
    head = ((head << 6) & 0x3fff_ffff) | (letter + 1)
    letter = ((bytes[++at] ?? 0) - lowerA) >>> 0
  }
  wordEnd = at
  packedHead = spaced ? head | 0x4000_0000 : head
  packedTail = tail
  const length = at - lettersFrom
  // With an apostrophe after it, it may be the beginning of a contraction.
  return length > 0 && length <= 10 && bytes[at] !== apostropheByte
}

/**
 * Tokens of the words met before, by their packed form: looking one up makes no text and hashes none, which was two
 * thirds of a request's time. Half full at most; words beyond that are looked up as texts.
 */
const slots = 65_536
const heads = new Int32Array(slots)
const tails = new Int32Array(slots)
const tokensAt = new Uint8Array(slots)
let wordsKept = 0

const learnWord = (slot: number, word: string): number => {
  const tokens = countPiece(word)
  if (wordsKept * 2 >= slots) return tokens
  wordsKept++
  heads[slot] = packedHead
  tails[slot] = packedTail
  tokensAt[slot] = tokens
  return tokens
}

const countWord = (text: string, from: number): number => {
  const head = packedHead
  const tail = packedTail
  const mixed = Math.imul(head ^ Math.imul(tail, 0x85eb_ca6b), 0x9e37_79b1)
  let slot = mixed >>> 16
  while (tokensAt[slot] !== 0) {
    if (heads[slot] === head && tails[slot] === tail) return tokensAt[slot] ?? 0
    slot = (slot + 1) & (slots - 1)
  }
  return learnWord(slot, text.slice(from, wordEnd))
}

/** A full stop or comma before a space or the end is a piece and a token of its own. */
const isStop = (bytes: Uint8Array, at: number, length: number): boolean =>
  (bytes[at] === fullStopByte || bytes[at] === commaByte) &&
  (bytes[at + 1] === spaceByte || at + 1 === length)

/** Tokens of a text of nothing but ASCII; `bytes` are its own, with a 0 after the last. */
export const countAsciiTokens = (text: string, bytes: Uint8Array): number => {
  let tokens = 0
  let at = 0
  while (at < text.length) {
    if (packWord(bytes, at)) {
      tokens += countWord(text, at)
      at = wordEnd
      continue
    }
    if (isStop(bytes, at, text.length)) {
      tokens++
      at++
      continue
    }
    asciiPiece.lastIndex = at
    asciiPiece.test(text)
    tokens += countPiece(text.slice(at, asciiPiece.lastIndex))
    at = asciiPiece.lastIndex
  }
  return tokens
}
