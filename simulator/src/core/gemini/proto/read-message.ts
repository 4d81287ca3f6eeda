import { type Body, isRecord } from '../../record.ts'
import type { Field, Message } from './field.ts'
import { readScalar } from './read-scalar.ts'

export interface MessageRead {
  /** With the names that fields have in answers, whichever way they were written; nulls and strangers left out. */
  readonly body: Body
  /** One sentence for each thing that is wrong, in the provider's words. */
  readonly problems: readonly string[]
}

/** Reads protobuf's JSON as Google's own servers do: names of fields in either way, and no field that is not known. */
export const readMessage = (message: Message, value: unknown): MessageRead => {
  const reader = new Reader()
  const body = reader.message(message, value, '')
  return { body: isRecord(body) ? body : {}, problems: reader.problems }
}

/** Protobuf's own limit. */
const depthMax = 100

class Reader {
  readonly problems: string[] = []
  #depth = 0

  message(message: Message, value: unknown, at: string): unknown {
    if (!isRecord(value)) return this.#invalid(at, `type.googleapis.com/${packageOf(message.name)}`, value)
    if (this.#depth >= depthMax) return this.#tooDeep(at)
    this.#depth++
    const fields = message.fields()
    const read: Record<string, unknown> = {}
    for (const [name, given] of Object.entries(value)) {
      const known = camelCase(name)
      const field = Object.hasOwn(fields, known) ? fields[known] : undefined
      if (field === undefined) this.problems.push(unknownName(name, at))
      else if (given !== null)
        read[known] = this.#field(field, given, at === '' ? snakeCase(known) : `${at}.${snakeCase(known)}`)
    }
    this.#depth--
    return read
  }

  #field(field: Field, value: unknown, at: string): unknown {
    switch (field.kind) {
      case 'message':
        return this.message(field, value, at)
      case 'list':
        // One that stands for a list of one is taken.
        return Array.isArray(value)
          ? value.map((each, index) => this.#field(field.of, each, `${at}[${index}]`))
          : [this.#field(field.of, value, at)]
      case 'map':
        return this.#map(field.of, value, at)
      case 'enum':
        return this.#enum(field, value, at)
      default: {
        if (isTooDeep(value)) return this.#tooDeep(at)
        const read = readScalar(field.kind, value)
        return 'problem' in read ? this.#invalid(at, read.problem, value) : read.value
      }
    }
  }

  #map(of: Field, value: unknown, at: string): unknown {
    if (!isRecord(value)) return this.#invalid(at, 'Map', value)
    const entries = Object.entries(value)
    return Object.fromEntries(
      entries.map(([key, each], index) => [key, this.#field(of, each, `${at}[${index}].value`)]),
    )
  }

  #enum({ name, values }: Extract<Field, { kind: 'enum' }>, value: unknown, at: string): unknown {
    // Schemas are often written with small types, and taken.
    const known = values.find((each) => each === value || (name === 'Type' && each === upperCase(value)))
    return known ?? this.#invalid(at, `type.googleapis.com/${packageOf(name)}`, value)
  }

  #tooDeep(at: string): undefined {
    this.problems.push(`Message too deep. Max recursion depth reached for key '${at}'`)
    return undefined
  }

  #invalid(at: string, type: string, value: unknown): undefined {
    const where = at === '' ? '' : ` at '${at}'`
    this.problems.push(`Invalid value${where} (${type}), ${shown(value)}`)
    return undefined
  }
}

const packageOf = (name: string): string => `google.ai.generativelanguage.v1beta.${name}`

const unknownName = (name: string, at: string): string =>
  `Invalid JSON payload received. Unknown name "${name}"${at === '' ? '' : ` at '${at}'`}: Cannot find field.`

const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const upperCase = (value: unknown): unknown => (typeof value === 'string' ? value.toUpperCase() : value)

const shown = (value: unknown): string => {
  if (typeof value === 'object') return Array.isArray(value) ? '[…]' : '{…}'
  return JSON.stringify(value).slice(0, 200)
}

/** Level by level, since whoever sent it chose how deep it is. */
const isTooDeep = (value: unknown): boolean => {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= depthMax; depth++) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []))
    if (level.length === 0) return false
  }
  return true
}
