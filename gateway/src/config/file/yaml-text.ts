import { isUtf8 } from 'node:buffer'
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml'
import { ConfigError, type ConfigFault, type Path } from './fault.ts'

/** A file's text, parsed: its value, and where in the text each part of it stands. */
export interface YamlText {
  readonly value: unknown
  /** What the text itself has against it and can be read all the same: a key given twice. */
  readonly faults: readonly ConfigFault[]
  /** Of the value, or of its key where it spans lines; of what is around it where it is missing. */
  placeOf(path: Path): Place
  /** Of the key itself. */
  placeOfKey(path: Path): Place
}

interface Place {
  readonly line: number
  readonly column: number
}

/** Anchors are for a handful of shared limits: more of them is a bomb. */
const ALIASES_MAX = 100

/**
 * @param isExact says which numbers are kept as the text that they were written as: money never becomes a float.
 * @throws ConfigError where the text cannot be read at all.
 */
export const readYaml = (bytes: Uint8Array, file: string, isExact: (path: Path) => boolean): YamlText => {
  const text = decoded(bytes, file)
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(1, line), column: Math.max(1, col) }
  }
  const faultAt = (offset: number, message: string): ConfigFault => ({
    ...placeAt(offset),
    path: '',
    message,
  })
  const faults = [...document.errors, ...document.warnings].map((each) => ({
    isRepeat: each.code === 'DUPLICATE_KEY',
    ...faultAt(each.pos[0], each.code === 'DUPLICATE_KEY' ? REPEATED : `is no YAML: ${each.message}`),
  }))
  if (faults.some(({ isRepeat }) => !isRepeat)) throw new ConfigError(file, faults)
  const refuse = (offset: number, message: string): never => {
    throw new ConfigError(file, [...faults, faultAt(offset, message)])
  }
  if (document.contents === null)
    throw new ConfigError(file, [{ line: 1, column: 1, path: '', message: EMPTY }])
  refuseTags(document, refuse)
  keepExact(document, isExact)
  const value = unfolded(document, refuse)
  const placeOf = (path: Path, of: 'key' | 'value'): Place => placeAt(offsetOf(document, path, of))
  return {
    value,
    faults,
    placeOf: (path) => placeOf(path, 'value'),
    placeOfKey: (path) => placeOf(path, 'key'),
  }
}

const REPEATED = 'is given twice; give it once'
const EMPTY =
  'is empty. "sheepfold config init" writes a file to start from; {} is a file that changes nothing.'

const NEWLINE = 0x0a

const decoded = (bytes: Uint8Array, file: string): string => {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes)
  let line = 1
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break
    start = end + 1
    line += 1
  }
  const message = 'is not UTF-8 from this line on; save the file in that encoding'
  throw new ConfigError(file, [{ line, column: 1, path: '', message }])
}

type Refuse = (offset: number, message: string) => never

/** `!!binary` and the like make other things than text, numbers, lists and maps. */
const refuseTags = (document: Document.Parsed, refuse: Refuse): void => {
  visit(document, {
    Node(_key, node) {
      const tag = isAlias(node) ? undefined : node.tag
      if (tag !== undefined) refuse(startOf(node) ?? 0, `has the tag ${tag}; tags are not taken here`)
    },
  })
}

const keepExact = (document: Document.Parsed, isExact: (path: Path) => boolean): void => {
  visit(document, {
    Scalar(key, node, ancestors) {
      if (typeof node.value !== 'number' || node.source === undefined || key === 'key') return
      if (isExact(pathOf(ancestors))) node.value = node.source
    },
  })
}

/** The keys and places that lead to a node, from its ancestors. */
const pathOf = (ancestors: ReadonlyArray<unknown>): Path =>
  ancestors.flatMap((ancestor, depth): Array<string | number> => {
    if (isPair(ancestor)) return [keyOf(ancestor)]
    const child = ancestors[depth + 1]
    return isSeq(ancestor) && child !== undefined ? [ancestor.items.indexOf(child)] : []
  })

const unfolded = (document: Document.Parsed, refuse: Refuse): unknown => {
  let alias: Node | undefined
  visit(document, {
    Alias(_key, node) {
      alias = node
      return visit.BREAK
    },
  })
  const offset = alias?.range?.[0] ?? 0
  try {
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX })
    if (alias !== undefined) JSON.stringify(value)
    return value
  } catch (error) {
    if (alias === undefined) throw error
    const reason = error instanceof ReferenceError ? error.message : 'an anchor contains itself'
    return refuse(offset, `uses anchors in a way that cannot be read: ${reason}`)
  }
}

const keyOf = ({ key }: Pair): string => (isScalar(key) ? String(key.value) : String(key))

const offsetOf = (document: Document.Parsed, path: Path, of: 'key' | 'value'): number => {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const [depth, part] of path.entries()) {
    const isLast = depth === path.length - 1
    const around = isAlias(node) ? node.resolve(document) : node
    const step = isMap(around) ? pairAt(around.items, String(part)) : itemAt(around, part)
    if (step === undefined) return offset
    const key = startOf(step.key)
    const value = startOf(step.value)
    const wantsKey = isLast && (of === 'key' || !isScalar(step.value))
    offset = (wantsKey ? key : value) ?? key ?? value ?? offset
    node = step.value
  }
  return offset
}

interface Step {
  readonly key: unknown
  readonly value: unknown
}

const pairAt = (pairs: readonly Pair[], name: string): Step | undefined => {
  const pair = pairs.find((each) => keyOf(each) === name)
  return pair && { key: pair.key, value: pair.value }
}

const itemAt = (node: unknown, place: string | number): Step | undefined => {
  const item = isSeq(node) && typeof place === 'number' ? node.items[place] : undefined
  return item === undefined ? undefined : { key: item, value: item }
}

const startOf = (node: unknown): number | undefined =>
  isNode(node) && node.range ? node.range[0] : undefined
