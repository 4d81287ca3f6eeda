import { endOfString } from '../json/string-end.ts'

const OPENS = 1
const CLOSES = 2
const COLON = 3
const QUOTES = 4
const COMMA = 5

const MEANING = new Uint8Array(256)
MEANING[0x7b] = OPENS
MEANING[0x5b] = OPENS
MEANING[0x7d] = CLOSES
MEANING[0x5d] = CLOSES
MEANING[0x3a] = COLON
MEANING[0x22] = QUOTES
MEANING[0x2c] = COMMA

const CUSTOM_ID = Buffer.from('"custom_id"')
const MODEL = Buffer.from('"model"')

type Member = 'custom_id' | 'body' | 'model' | undefined

/**
 * Finds in one pass over a request line, `[start, end)` of the bytes, where its `custom_id`, its `body` and the body's `model` lie, so that
 * a body is sent in the very bytes in which it came. It knows strings and brackets only: that the line is
 * JSON is for `JSON.parse` to say. -1 where a member is not there, or its key is spelt with escapes.
 */
export class LineScanner {
  /** Members of objects at any depth: each has one colon outside of strings. */
  keys = 0
  /** The deepest nesting; a value without brackets has 0. */
  depth = 0
  idStart = -1
  idEnd = -1
  bodyStart = -1
  bodyEnd = -1
  /** Of the string, with its quotes. */
  modelStart = -1
  modelEnd = -1
  readonly #body: Buffer

  /** `body`: the name of the member that holds what is sent. */
  constructor(body = 'body') {
    this.#body = Buffer.from(`"${body}"`)
  }

  scan(line: Buffer, start: number, end: number): void {
    this.#reset()
    let depth = 0
    let member: Member
    let inBody = false
    let stringStart = 0
    let stringEnd = 0
    let at = start
    while (at < end) {
      const meaning = MEANING[line[at] ?? 0]
      if (meaning === 0) {
        at += 1
        continue
      }
      if (meaning === QUOTES) {
        stringStart = at
        at = endOfString(line, at + 1, end)
        stringEnd = at
        if (member !== undefined) this.#take(member, depth, stringStart, stringEnd)
        continue
      }
      if (meaning === COLON) {
        this.keys += 1
        if (depth === 1 || (depth === 2 && inBody))
          member = this.#memberOf(line, depth, stringStart, stringEnd)
      } else if (meaning === COMMA) {
        if (depth <= 2) member = undefined
      } else if (meaning === OPENS) {
        if (depth === 1 && member === 'body') {
          inBody = true
          this.bodyStart = at
        }
        member = undefined
        depth += 1
        if (depth > this.depth) this.depth = depth
      } else {
        depth -= 1
        if (depth === 1 && inBody) {
          inBody = false
          this.bodyEnd = at + 1
        }
        member = undefined
      }
      at += 1
    }
  }

  #reset(): void {
    this.keys = 0
    this.depth = 0
    this.idStart = -1
    this.idEnd = -1
    this.bodyStart = -1
    this.bodyEnd = -1
    this.modelStart = -1
    this.modelEnd = -1
  }

  #take(member: Exclude<Member, undefined>, depth: number, start: number, end: number): void {
    if (member === 'custom_id' && depth === 1) {
      this.idStart = start
      this.idEnd = end
    } else if (member === 'model' && depth === 2) {
      this.modelStart = start
      this.modelEnd = end
    }
  }

  #memberOf(line: Buffer, depth: number, start: number, end: number): Member {
    if (depth === 2) return isAt(line, MODEL, start, end) ? 'model' : undefined
    if (isAt(line, CUSTOM_ID, start, end)) return 'custom_id'
    return isAt(line, this.#body, start, end) ? 'body' : undefined
  }
}

const isAt = (line: Buffer, wanted: Buffer, start: number, end: number): boolean => {
  if (end - start !== wanted.length) return false
  for (let at = 1; at < wanted.length - 1; at += 1) if (line[start + at] !== wanted[at]) return false
  return true
}
