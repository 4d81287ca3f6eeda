/** What is wrong with a text that claims to be JSON. Offsets are bytes from its first. */
export type JsonFinding =
  | { readonly kind: 'syntax'; readonly offset: number; readonly message: string }
  | { readonly kind: 'duplicate_key'; readonly offset: number; readonly path: string }

/**
 * Reads a whole JSON text slowly and strictly, and names the first thing that is wrong with it: `JSON.parse`
 * only says that something is, and passes over duplicate keys. Recursive: nesting is limited before.
 */
export const inspectJson = (bytes: Buffer): JsonFinding | undefined => {
  try {
    const inspector = new Inspector(bytes)
    inspector.document()
    return undefined
  } catch (finding) {
    if (finding instanceof Found) return finding.finding
    throw finding
  }
}

class Found extends Error {
  readonly finding: JsonFinding
  constructor(finding: JsonFinding) {
    super(finding.kind)
    this.finding = finding
  }
}

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/
const NUMBER_BYTES = new Set(Buffer.from('+-.0123456789eE'))
const ESCAPED = new Set(Buffer.from('"\\/bfnrtu'))
const HEX = /^[0-9a-fA-F]{4}$/
const SHOWN_KEY_CHARACTERS = 80

class Inspector {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  document(): void {
    this.#value('')
    this.#space()
    if (this.#at < this.#bytes.length) this.#fail('expected nothing more')
  }

  #value(path: string): void {
    this.#space()
    const byte = this.#bytes[this.#at]
    if (byte === 0x7b) this.#object(path)
    else if (byte === 0x5b) this.#array(path)
    else if (byte === 0x22) this.#string()
    else if (byte === 0x74) this.#word('true')
    else if (byte === 0x66) this.#word('false')
    else if (byte === 0x6e) this.#word('null')
    else this.#number()
  }

  #object(path: string): void {
    const seen = new Set<string>()
    this.#at += 1
    if (this.#takes(0x7d)) return
    do {
      this.#space()
      const start = this.#at
      const key = this.#string()
      const member = path === '' ? shownKey(key) : `${path}.${shownKey(key)}`
      if (seen.has(key)) throw new Found({ kind: 'duplicate_key', offset: start, path: member })
      seen.add(key)
      if (!this.#takes(0x3a)) this.#fail('expected ":" after the key')
      this.#value(member)
    } while (this.#takes(0x2c))
    if (!this.#takes(0x7d)) this.#fail('expected "," or "}"')
  }

  #array(path: string): void {
    this.#at += 1
    if (this.#takes(0x5d)) return
    let index = 0
    do {
      this.#value(`${path}[${index}]`)
      index += 1
    } while (this.#takes(0x2c))
    if (!this.#takes(0x5d)) this.#fail('expected "," or "]"')
  }

  #string(): string {
    const start = this.#at
    if (this.#bytes[start] !== 0x22) this.#fail('expected a string in double quotes')
    this.#at += 1
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) this.#fail('the string does not end')
      if (byte < 0x20) this.#fail('a control character in a string must be escaped')
      this.#at += 1
      if (byte === 0x22) break
      if (byte === 0x5c) this.#escape()
    }
    return String(JSON.parse(this.#bytes.toString('utf8', start, this.#at)))
  }

  #escape(): void {
    const byte = this.#bytes[this.#at]
    if (byte === undefined || !ESCAPED.has(byte)) this.#fail('no such escape in a string')
    this.#at += 1
    if (byte !== 0x75) return
    if (!HEX.test(this.#bytes.toString('latin1', this.#at, this.#at + 4))) {
      this.#fail('expected four hexadecimal digits after "\\u"')
    }
    this.#at += 4
  }

  #word(word: string): void {
    if (this.#bytes.toString('latin1', this.#at, this.#at + word.length) !== word)
      this.#fail('expected a value')
    this.#at += word.length
  }

  #number(): void {
    const start = this.#at
    let end = start
    while (NUMBER_BYTES.has(this.#bytes[end] ?? 0)) end += 1
    if (end === start) this.#fail('expected a value')
    if (!NUMBER.test(this.#bytes.toString('latin1', start, end))) this.#fail('this is not a number')
    this.#at = end
  }

  #takes(byte: number): boolean {
    this.#space()
    if (this.#bytes[this.#at] !== byte) return false
    this.#at += 1
    return true
  }

  #space(): void {
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#at += 1
    }
  }

  #fail(message: string): never {
    throw new Found({ kind: 'syntax', offset: this.#at, message })
  }
}

const shownKey = (key: string): string =>
  key.length > SHOWN_KEY_CHARACTERS ? `${key.slice(0, SHOWN_KEY_CHARACTERS)}…` : key
