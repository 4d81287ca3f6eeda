import type { Digest } from './digest.ts'
import { digestText } from './digest.ts'

export interface TapeRow {
  readonly n: number
  /** Milliseconds since 1970 of the simulator's clock. */
  readonly at: number
  readonly method: string
  readonly path: string
  readonly model: string | null
  /** 16 hexadecimal digits of the body's bytes: the same body again has the same. */
  readonly request: string
  readonly marker: string | null
  /** `answered`, a kind of fault, the code of a refusal, or `client_gone` where the caller left before the end. */
  readonly outcome: string
  /** 0 where no status was sent. */
  readonly status: number
}

export interface TapeEntry {
  readonly at: number
  readonly method: string
  readonly path: string
  readonly model: string | null
  readonly digest: Digest
  readonly marker: string | null
  readonly outcome: string
  readonly status: number
}

/** Texts that come again and again, kept once; a flood of different ones (hostile paths) ends in one word. */
class Words {
  readonly #numbers = new Map<string, number>()
  readonly #texts: string[] = []

  number(text: string): number {
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    if (this.#texts.length >= 0xfffe && text !== '(other)') return this.number('(other)')
    const number = this.#texts.push(text) - 1
    this.#numbers.set(text, number)
    return number
  }

  text(number: number | undefined): string {
    return this.#texts[number ?? 0] ?? ''
  }
}

const pageRows = 4_096

/** Columns in typed arrays: 26 bytes a row, and its marker where it has one. */
class Page {
  first = 0
  readonly at = new Float64Array(pageRows)
  readonly highs = new Uint32Array(pageRows)
  readonly lows = new Uint32Array(pageRows)
  readonly methods = new Uint16Array(pageRows)
  readonly paths = new Uint16Array(pageRows)
  readonly models = new Uint16Array(pageRows)
  readonly outcomes = new Uint16Array(pageRows)
  readonly statuses = new Uint16Array(pageRows)
  readonly markers = new Map<number, string>()
}

/** The newest rows, in a ring of pages that are made when they are first needed. */
export class Tape {
  readonly #pages: (Page | undefined)[]
  readonly #words = new Words()
  readonly #rowsMax: number
  #rows = 0

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax
    // One page more, because the oldest page is emptied as a whole when the newest is begun.
    this.#pages = Array.from({ length: rowsMax === 0 ? 0 : Math.ceil(rowsMax / pageRows) + 1 })
  }

  get on(): boolean {
    return this.#rowsMax > 0
  }

  /** Row number n, from 1, must follow n - 1. */
  add(n: number, entry: TapeEntry): void {
    this.#rows = n
    if (!this.on) return
    const page = this.#pageFor(n)
    const row = n % pageRows
    page.at[row] = entry.at
    page.highs[row] = entry.digest.high
    page.lows[row] = entry.digest.low
    page.methods[row] = this.#words.number(entry.method)
    page.paths[row] = this.#words.number(entry.path)
    page.models[row] = this.#words.number(entry.model ?? '')
    page.outcomes[row] = this.#words.number(entry.outcome)
    page.statuses[row] = entry.status
    if (entry.marker !== null) page.markers.set(row, entry.marker)
  }

  /** The caller of request n left before its end. */
  gone(n: number): void {
    const page = this.#kept(n)
    if (page !== undefined) page.outcomes[n % pageRows] = this.#words.number('client_gone')
  }

  *rows(): Generator<TapeRow> {
    for (let n = Math.max(1, this.#rows - this.#rowsMax + 1); n <= this.#rows; n++) {
      const page = this.#kept(n)
      if (page !== undefined) yield this.#row(page, n)
    }
  }

  #row(page: Page, n: number): TapeRow {
    const row = n % pageRows
    const digest = { high: page.highs[row] ?? 0, low: page.lows[row] ?? 0 }
    const model = this.#words.text(page.models[row])
    return {
      n,
      at: page.at[row] ?? 0,
      method: this.#words.text(page.methods[row]),
      path: this.#words.text(page.paths[row]),
      model: model === '' ? null : model,
      request: digestText(digest),
      marker: page.markers.get(row) ?? null,
      outcome: this.#words.text(page.outcomes[row]),
      status: page.statuses[row] ?? 0,
    }
  }

  #kept(n: number): Page | undefined {
    const number = Math.floor(n / pageRows)
    const page = this.#pages[number % this.#pages.length]
    return page?.first === number ? page : undefined
  }

  #pageFor(n: number): Page {
    const number = Math.floor(n / pageRows)
    const at = number % this.#pages.length
    const page = this.#pages[at] ?? new Page()
    this.#pages[at] = page
    if (page.first !== number) {
      page.first = number
      page.markers.clear()
    }
    return page
  }
}
