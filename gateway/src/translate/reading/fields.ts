import { isObject, type JsonObject } from '../json.ts'
import { type Report, shown } from '../report.ts'

/**
 * The members of one object of a request. Each is taken by whoever has a word for it; what nobody took is
 * reported as dropped, so that nothing gets lost in silence. A null says nothing, and is as if it were not there.
 */
export class Fields {
  readonly report: Report
  /** Where the object stands in the request, '' for the request itself. */
  readonly path: string
  readonly #json: JsonObject
  readonly #taken = new Set<string>()

  constructor(json: JsonObject, path: string, report: Report) {
    this.#json = json
    this.path = path
    this.report = report
  }

  /** The path of a member. */
  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`
  }

  take(name: string): unknown {
    this.#taken.add(name)
    return Object.hasOwn(this.#json, name) ? (this.#json[name] ?? undefined) : undefined
  }

  string(name: string): string | undefined {
    return this.#typed(name, 'a string', (value) => typeof value === 'string')
  }

  number(name: string): number | undefined {
    return this.#typed(name, 'a number', (value) => typeof value === 'number')
  }

  boolean(name: string): boolean | undefined {
    return this.#typed(name, 'true or false', (value) => typeof value === 'boolean')
  }

  list(name: string): readonly unknown[] | undefined {
    return this.#typed(name, 'a list', (value): value is readonly unknown[] => Array.isArray(value))
  }

  /** As it is, for what is passed on whole: a schema. */
  json(name: string): JsonObject | undefined {
    return this.#typed(name, 'an object', isObject)
  }

  object(name: string): Fields | undefined {
    const json = this.json(name)
    return json && new Fields(json, this.at(name), this.report)
  }

  /** A list of objects; what is none is refused. */
  objects(name: string): readonly Fields[] {
    return (this.list(name) ?? []).flatMap((each, at) => {
      const path = `${this.at(name)}[${at}]`
      if (isObject(each)) return [new Fields(each, path, this.report)]
      this.report.refuse(path, `must be an object, and is ${shown(each)}`)
      return []
    })
  }

  strings(name: string): readonly string[] | undefined {
    return this.list(name)?.flatMap((each, at) => {
      if (typeof each === 'string') return [each]
      this.report.refuse(`${this.at(name)}[${at}]`, `must be a string, and is ${shown(each)}`)
      return []
    })
  }

  /** A string that must be there; '' where it is not, and the request is refused. */
  requiredString(name: string): string {
    const value = this.string(name)
    if (value === undefined) this.refuse(name, 'is required, and must be a string')
    return value ?? ''
  }

  /** What the other format says by other means, or in another place than in the request. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.#taken.add(name)
  }

  refuse(name: string, message: string): void {
    this.report.refuse(this.at(name), message)
  }

  drop(name: string): void {
    const value = this.take(name)
    if (!isNothing(value)) this.report.dropped(this.at(name), value)
  }

  approximate(name: string, to: string): void {
    const from = this.take(name)
    if (!isNothing(from)) this.report.changed(this.at(name), 'approximated', { from, to })
  }

  move(name: string, to: string): void {
    if (!isNothing(this.take(name))) this.report.moved(this.at(name), to)
  }

  /** Reports what nobody has taken. */
  dropRest(): void {
    for (const name of Object.keys(this.#json)) if (!this.#taken.has(name)) this.drop(name)
  }

  #typed<T>(name: string, type: string, is: (value: unknown) => value is T): T | undefined {
    const value = this.take(name)
    if (value === undefined) return undefined
    if (is(value)) return value
    this.refuse(name, `must be ${type}, and is ${shown(value)}`)
    return undefined
  }
}

/** Null, and what is empty, asks for nothing that could be lost. */
const isNothing = (value: unknown): boolean => {
  if (value === undefined || value === null) return true
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0
}
