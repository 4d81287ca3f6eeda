import { Collector } from './collector.ts'
import { parseStrict, type StrictValue } from './parse-strict.ts'
import { ValueScanner } from './value-scanner.ts'

export interface ArraySplitterOptions {
  /** Top-level arrays whose elements are handed out one by one. */
  readonly lists: readonly string[]
  /** Elements with this index or a higher one are counted and not handed out. */
  readonly elementsMax: number
  readonly elementBytesMax: number
  /** All keys and all other top-level values together. */
  readonly fieldsBytesMax: number
  readonly depthMax: number
}

export interface SplitElement {
  readonly list: string
  readonly index: number
  /** Where its first byte lies in the document. */
  readonly offset: number
  readonly byteLength: number
  /** Colons outside of strings: its objects' members, as written. */
  readonly keys: number
  /** Good until the next element is asked for; undefined where the element is above its limit. */
  readonly bytes: Buffer | undefined
  /** Undefined where there are no bytes. A syntax error never comes here: it ends the document. */
  readonly content: Exclude<StrictValue, { kind: 'syntax' }> | undefined
}

/** Why a document cannot be read on from some byte. */
export interface DocumentFault {
  readonly code: 'invalid_json' | 'invalid_type' | 'too_large'
  readonly offset: number
  readonly message: string
  /** The top-level field in which it was found, where it is not the text as a whole that is at fault. */
  readonly field: string | undefined
}

/** Why a top-level member is refused, though the document can be read. */
export interface FieldFault {
  readonly field: string
  readonly code: 'too_deep' | 'invalid_utf8' | 'duplicate_key' | 'lone_surrogate'
  readonly message: string
}

export interface SplitDocument {
  readonly fault: DocumentFault | undefined
  readonly fieldFault: FieldFault | undefined
  /** Every top-level key, in the order of the document. */
  readonly keys: readonly string[]
  /** Top-level values, those of lists that were handed out excepted. */
  readonly fields: ReadonlyMap<string, unknown>
  /** Elements of each list that is in the document. */
  readonly counts: ReadonlyMap<string, number>
}

/** What must come next, apart from white space. `scan`: the rest of a value. */
type Expecting =
  | 'document'
  | 'first key'
  | 'key'
  | 'colon'
  | 'value'
  | 'comma or end'
  | 'first element'
  | 'element'
  | 'element comma or end'
  | 'nothing'

const EXPECTED: Record<Expecting, string> = {
  document: 'expected "{"',
  'first key': 'expected a key in double quotes or "}"',
  key: 'expected a key in double quotes',
  colon: 'expected ":" after the key',
  value: 'expected a value',
  'comma or end': 'expected "," or "}"',
  'first element': 'expected a value or "]"',
  element: 'expected a value',
  'element comma or end': 'expected "," or "]"',
  nothing: 'expected nothing after the end of the document',
}

const QUOTE = 0x22
const COMMA = 0x2c

/**
 * Takes one JSON document (a top-level object) apart while it arrives: the elements of named arrays are
 * handed out as soon as each is complete, everything else is kept for the end. What is held at any time is
 * one element and the other fields, never the document.
 */
export class ArraySplitter {
  readonly #options: ArraySplitterOptions
  readonly #scanner = new ValueScanner()
  readonly #collector = new Collector()
  readonly #fields = new Map<string, unknown>()
  readonly #counts = new Map<string, number>()
  readonly #keys: string[] = []
  readonly #seen = new Set<string>()

  #expecting: Expecting = 'document'
  #scanning: 'key' | 'field' | 'element' | undefined
  /** Bytes of the document before the current chunk. */
  #consumed = 0
  #valueOffset = 0
  #fieldsBytes = 0
  #key = ''
  #list: { readonly name: string; readonly repeated: boolean } | undefined
  #fault: DocumentFault | undefined
  #fieldFault: FieldFault | undefined

  constructor(options: ArraySplitterOptions) {
    this.#options = options
  }

  /** Top-level keys so far. */
  get keys(): readonly string[] {
    return this.#keys
  }

  /** It cannot be read on. */
  get isBroken(): boolean {
    return this.#fault !== undefined
  }

  /** Takes the next bytes; the elements that they complete must be read before the next call. */
  *push(chunk: Buffer): Generator<SplitElement> {
    let at = 0
    while (at < chunk.length && !this.#fault) {
      if (!this.#scanning) {
        at = this.#structure(chunk, at)
        continue
      }
      const end = this.#scanner.scan(chunk, at)
      if (end < 0) {
        this.#collector.add(chunk.subarray(at))
        this.#checkFieldsBytes(this.#collector.byteLength)
        break
      }
      const bytes = this.#collector.finish(chunk.subarray(at, end))
      at = end
      const element = this.#complete(bytes)
      if (element) yield element
    }
    this.#consumed += chunk.length
  }

  end(): SplitDocument {
    if (!this.#fault && this.#expecting !== 'nothing') {
      const message = this.#consumed === 0 ? 'the body is empty' : 'the document ends before it is complete'
      this.#fail('invalid_json', this.#consumed, message)
    }
    return {
      fault: this.#fault,
      fieldFault: this.#fieldFault,
      keys: this.#keys,
      fields: this.#fields,
      counts: this.#counts,
    }
  }

  /** Goes on by one byte of white space or punctuation, or begins a value without consuming its first. */
  #structure(chunk: Buffer, at: number): number {
    const byte = chunk[at] ?? 0
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return at + 1
    switch (this.#expecting) {
      case 'document':
        if (byte === 0x7b) this.#expecting = 'first key'
        else this.#noObject(byte, at)
        return at + 1
      case 'first key':
      case 'key':
        if (byte === QUOTE) return this.#beginScan('key', byte, at)
        if (byte === 0x7d && this.#expecting === 'first key') this.#expecting = 'nothing'
        else this.#unexpected(at)
        return at + 1
      case 'colon':
        if (byte === 0x3a) this.#expecting = 'value'
        else this.#unexpected(at)
        return at + 1
      case 'value':
        return this.#beginValue(byte, at)
      case 'comma or end':
        if (byte === COMMA) this.#expecting = 'key'
        else if (byte === 0x7d) this.#expecting = 'nothing'
        else this.#unexpected(at)
        return at + 1
      case 'first element':
      case 'element':
        if (byte === 0x5d && this.#expecting === 'first element') this.#endList()
        else if (beginsValue(byte)) return this.#beginScan('element', byte, at)
        else this.#unexpected(at)
        return at + 1
      case 'element comma or end':
        if (byte === COMMA) this.#expecting = 'element'
        else if (byte === 0x5d) this.#endList()
        else this.#unexpected(at)
        return at + 1
      case 'nothing':
        this.#unexpected(at)
        return at + 1
    }
  }

  #beginValue(byte: number, at: number): number {
    if (byte === 0x5b && this.#options.lists.includes(this.#key)) {
      const repeated = this.#counts.has(this.#key)
      if (!repeated) this.#counts.set(this.#key, 0)
      this.#list = { name: this.#key, repeated }
      this.#expecting = 'first element'
      return at + 1
    }
    if (beginsValue(byte)) return this.#beginScan('field', byte, at)
    this.#unexpected(at)
    return at + 1
  }

  #beginScan(purpose: 'key' | 'field' | 'element', byte: number, at: number): number {
    this.#scanning = purpose
    this.#valueOffset = this.#consumed + at
    this.#scanner.begin(byte)
    this.#collector.begin(purpose === 'element' ? this.#elementBytesMax() : this.#options.fieldsBytesMax)
    return at
  }

  /** Nothing is kept of an element that is only counted. */
  #elementBytesMax(): number {
    const list = this.#list
    if (!list || list.repeated) return 0
    return (this.#counts.get(list.name) ?? 0) < this.#options.elementsMax ? this.#options.elementBytesMax : 0
  }

  #complete(bytes: Buffer | undefined): SplitElement | undefined {
    const purpose = this.#scanning
    this.#scanning = undefined
    if (purpose === 'element') return this.#completeElement(bytes)
    this.#checkFieldsBytes(this.#collector.byteLength)
    this.#fieldsBytes += this.#collector.byteLength
    if (!bytes || this.#fault) return undefined
    if (purpose === 'key') this.#completeKey(bytes)
    else this.#completeField(bytes)
    return undefined
  }

  #completeElement(bytes: Buffer | undefined): SplitElement | undefined {
    this.#expecting = 'element comma or end'
    const list = this.#list
    if (!list || list.repeated) return undefined
    const index = this.#counts.get(list.name) ?? 0
    this.#counts.set(list.name, index + 1)
    if (index >= this.#options.elementsMax) return undefined
    const content = bytes && this.#parse(bytes)
    if (content?.kind === 'syntax') return undefined
    const { byteLength } = this.#collector
    return {
      list: list.name,
      index,
      offset: this.#valueOffset,
      byteLength,
      keys: this.#scanner.keys,
      bytes,
      content,
    }
  }

  #completeKey(bytes: Buffer): void {
    this.#expecting = 'colon'
    const content = this.#parse(bytes)
    if (content.kind === 'syntax') return
    // A key that cannot be decoded is refused, and still needs a name to be shown with.
    const key = content.kind === 'value' ? String(content.value) : bytes.toString('utf8').slice(1, -1)
    if (content.kind === 'refused') this.#refuse(key, content.code, content.message)
    if (this.#seen.has(key)) this.#refuse(key, 'duplicate_key', 'the key is given twice')
    else this.#keys.push(key)
    this.#seen.add(key)
    this.#key = key
  }

  #completeField(bytes: Buffer): void {
    this.#expecting = 'comma or end'
    const content = this.#parse(bytes)
    if (content.kind === 'value') this.#fields.set(this.#key, content.value)
    else if (content.kind === 'refused') {
      const field = content.path === '' ? this.#key : `${this.#key}.${content.path}`
      this.#refuse(field, content.code, content.message)
    }
  }

  #parse(bytes: Buffer): StrictValue {
    const { keys, depthSeen } = this.#scanner
    const content = parseStrict(bytes, { keys, depth: depthSeen }, this.#options.depthMax)
    if (content.kind === 'syntax')
      this.#fail('invalid_json', this.#valueOffset + content.offset, content.message)
    return content
  }

  #endList(): void {
    this.#list = undefined
    this.#expecting = 'comma or end'
  }

  #checkFieldsBytes(collected: number): void {
    if (this.#scanning === 'element' || this.#list) return
    if (this.#fieldsBytes + collected <= this.#options.fieldsBytesMax) return
    const message = `all fields beside the list of requests together exceed ${this.#options.fieldsBytesMax} bytes`
    const field = this.#expecting === 'value' ? this.#key : undefined
    this.#fail('too_large', this.#valueOffset, message, field)
  }

  #noObject(byte: number, at: number): void {
    if (byte !== 0xef && beginsValue(byte)) {
      this.#fail('invalid_type', this.#consumed + at, 'the body must be a JSON object in braces')
    } else {
      const mark = byte === 0xef ? ', without a byte order mark' : ''
      this.#fail('invalid_json', this.#consumed + at, `${EXPECTED.document}${mark}`)
    }
  }

  #unexpected(at: number): void {
    this.#fail('invalid_json', this.#consumed + at, EXPECTED[this.#expecting])
  }

  #fail(code: DocumentFault['code'], offset: number, message: string, field?: string): void {
    this.#fault ??= { code, offset, message, field }
  }

  #refuse(field: string, code: FieldFault['code'], message: string): void {
    this.#fieldFault ??= { field, code, message }
  }
}

/** A value's first byte; whether the value goes on as JSON is for the parser to say. */
const beginsValue = (byte: number): boolean =>
  byte === 0x7b ||
  byte === 0x5b ||
  byte === QUOTE ||
  byte === 0x2d ||
  (byte >= 0x30 && byte <= 0x39) ||
  byte === 0x74 ||
  byte === 0x66 ||
  byte === 0x6e
