import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArraySplitter, type ArraySplitterOptions, type SplitDocument } from './array-splitter.ts'

const OPTIONS: ArraySplitterOptions = {
  lists: ['input', 'tasks'],
  elementsMax: 1_000,
  elementBytesMax: 1_000_000,
  fieldsBytesMax: 1_000_000,
  depthMax: 64,
}

interface Taken {
  readonly list: string
  readonly index: number
  readonly offset: number
  readonly text: string | undefined
  readonly value: unknown
  readonly refused: string | undefined
}

const split = (
  chunks: readonly Buffer[],
  options: Partial<ArraySplitterOptions> = {},
): { elements: Taken[]; document: SplitDocument } => {
  const splitter = new ArraySplitter({ ...OPTIONS, ...options })
  const elements: Taken[] = []
  for (const chunk of chunks) {
    for (const { list, index, offset, bytes, content } of splitter.push(chunk)) {
      const value = content?.kind === 'value' ? content.value : undefined
      const refused = content?.kind === 'refused' ? content.code : undefined
      elements.push({ list, index, offset, text: bytes?.toString(), value, refused })
    }
  }
  return { elements, document: splitter.end() }
}

const splitText = (text: string, options: Partial<ArraySplitterOptions> = {}) =>
  split([Buffer.from(text)], options)

/** Cuts bytes at the given places, wherever they fall. */
const cutAt = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
}

const places = fc.array(fc.nat(), { maxLength: 20 })
/** Much of what hides in strings: quotes, backslashes, brackets, colons, characters of several bytes. */
const trickyString = fc.string({
  unit: fc.constantFrom(
    '"',
    '\\',
    '\\\\"',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    'a',
    '\n',
    '\u0000',
    'é',
    '한',
    '😀',
    ' ',
  ),
  maxLength: 60,
})
const key = fc.oneof(trickyString, fc.constantFrom('a', 'b', '__proto__', 'constructor', 'tasks'))
const json = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  object: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  value: fc.oneof(
    { maxDepth: 4 },
    trickyString,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(null, true, false, ''),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
})).value
const spacing = fc.constantFrom(undefined, 1, '\t', ' \r\n')

describe('the array splitter', () => {
  it('gives what JSON.parse gives, however the bytes are cut', () => {
    const fields = fc.dictionary(
      fc.oneof(trickyString, fc.constantFrom('model', 'options', '__proto__')),
      json,
      { maxKeys: 4 },
    )
    fc.assert(
      fc.property(fields, fc.array(json), fields, places, spacing, (before, tasks, after, cuts, indent) => {
        const whole = { ...before, tasks, ...after }
        const text = JSON.stringify(whole, null, indent)
        const bytes = Buffer.from(text)
        const { elements, document } = split(cutAt(bytes, cuts))
        const { tasks: expected, ...others }: Record<string, unknown> = JSON.parse(text)
        expect(document.fault).toBeUndefined()
        expect(document.fieldFault).toBeUndefined()
        expect(elements.map((each) => each.value)).toEqual(expected)
        expect(elements.map((each) => each.index)).toEqual(tasks.map((_, index) => index))
        expect(Object.fromEntries(document.fields)).toEqual({ ...others })
        expect([...document.keys].sort()).toEqual(Object.keys(whole).sort())
        expect(document.counts.get('tasks')).toBe(tasks.length)
        for (const { text: raw, offset } of elements) {
          expect(bytes.toString('utf8', offset, offset + Buffer.byteLength(raw ?? ''))).toBe(raw)
        }
      }),
    )
  })

  it('gives the same for every place that a single cut can have', () => {
    const text = '{"a\\"":{"b":"}\\\\"},"tasks":[{"p":"q\\\\\\"]}"},12,"x\\\\",true,[[]]],"z":-1.5e3}'
    const bytes = Buffer.from(text)
    const expected = split([bytes])
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(split([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(expected)
    }
    expect(split(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(expected)
  })

  it('reports a fault and never throws, whatever becomes of a document', () => {
    const mutation = fc.record({
      at: fc.nat(),
      drop: fc.nat({ max: 3 }),
      insert: fc.uint8Array({ maxLength: 3 }),
    })
    fc.assert(
      fc.property(
        fc.array(json, { maxLength: 5 }),
        fc.array(mutation, { maxLength: 3 }),
        places,
        (tasks, mutations, cuts) => {
          let bytes = Buffer.from(JSON.stringify({ model: 'm', tasks, options: {} }))
          for (const { at, drop, insert } of mutations) {
            const place = at % (bytes.length + 1)
            bytes = Buffer.concat([bytes.subarray(0, place), insert, bytes.subarray(place + drop)])
          }
          const { elements, document } = split(cutAt(bytes, cuts))
          const refused =
            elements.some((each) => each.refused !== undefined) || document.fieldFault !== undefined
          if (document.fault) {
            expect(document.fault.offset).toBeLessThanOrEqual(bytes.length)
            const parses = isObjectText(bytes.toString('utf8'))
            expect(parses && document.fault.code === 'invalid_json' && !refused).toBe(false)
          } else if (!refused) {
            expect(isObjectText(bytes.toString('utf8'))).toBe(true)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('refuses every truncation as incomplete', () => {
    const bytes = Buffer.from('{"tasks":[{"a":"b"},1],"options":{"x":[1,2]}}')
    for (let end = 0; end < bytes.length; end += 1) {
      const { fault } = split([bytes.subarray(0, end)]).document
      expect(fault).toMatchObject({ code: 'invalid_json', offset: end })
    }
  })

  it.each([
    ['', 0, 'the body is empty'],
    ['  ', 2, 'before it is complete'],
    ['{"tasks":[1,]}', 12, 'expected a value'],
    ['{"tasks":[,1]}', 10, 'expected a value or "]"'],
    ['{"tasks":[1 2]}', 12, 'expected "," or "]"'],
    ['{"tasks":[1}', 11, 'expected "," or "]"'],
    ['{"a":1,}', 7, 'expected a key'],
    ['{,}', 1, 'expected a key'],
    ['{"a" 1}', 5, 'expected ":"'],
    ['{"a":}', 5, 'expected a value'],
    ["{'a':1}", 1, 'expected a key'],
    ['{a:1}', 1, 'expected a key'],
    ['{"a":1}x', 7, 'nothing after the end'],
    ['{"a":1}{}', 7, 'nothing after the end'],
    ['{"a":NaN}', 5, 'expected a value'],
    ['{"a":Infinity}', 5, 'expected a value'],
    ['{"a":01}', 5, 'not a number'],
    ['{"a":1.}', 5, 'not a number'],
    ['{"a":+1}', 5, 'expected a value'],
    ['{"a":tru}', 5, 'expected a value'],
    ['{"a":/* no */1}', 5, 'expected a value'],
    ['{"a":[1,/**/2]}', 8, 'expected a value'],
    ['{"a":{"b":[}}}', 11, 'expected a value'],
    ['{"tasks":[{"a":1]]}', 16, 'expected "," or "}"'],
    ['{"tasks":[{"a":"\t"}]}', 16, 'control character'],
    ['{"tasks":[{"a":"\u0000"}]}', 16, 'control character'],
    ['{"tasks":["\\x"]}', 12, 'no such escape'],
    ['{"tasks":["\\u12g4"]}', 13, 'four hexadecimal digits'],
    ['{"tasks":[{"a":1,"a":2,}]}', 23, 'this is not JSON'],
    ['\ufeff{}', 0, 'byte order mark'],
    ['tru', 0, 'must be a JSON object'],
    ['#', 0, 'expected "{"'],
  ])('refuses %j at byte %i', (text, offset, message) => {
    const { fault } = splitText(text).document
    expect(fault?.message).toContain(message)
    if (!text.includes('"a":1,"a":2')) expect(fault?.offset).toBe(offset)
  })

  it.each(['[]', '"a"', '1', '-1', 'true', 'null', '[{"tasks":[]}]'])('says that %s is no object', (text) => {
    expect(splitText(text).document.fault).toMatchObject({ code: 'invalid_type', offset: 0 })
  })

  it('hands out no element of a document after the place that is no JSON', () => {
    const { elements, document } = splitText('{"tasks":[1,2,nope,4,5]}')
    expect(elements.map((each) => each.value)).toEqual([1, 2])
    expect(document.fault?.offset).toBe(14)
  })

  it('counts elements above the maximum without handing them out', () => {
    const { elements, document } = splitText('{"tasks":[1,2,3,4,5],"input":[6,7,8]}', { elementsMax: 2 })
    expect(elements.map((each) => [each.list, each.value])).toEqual([
      ['tasks', 1],
      ['tasks', 2],
      ['input', 6],
      ['input', 7],
    ])
    expect(Object.fromEntries(document.counts)).toEqual({ tasks: 5, input: 3 })
  })

  it('skips the bytes of an element above its limit and goes on behind it', () => {
    const large = `"${'x'.repeat(100)}"`
    for (const cuts of [[], [30], [20, 40, 60]]) {
      const bytes = Buffer.from(`{"tasks":[1,${large},3]}`)
      const { elements, document } = split(cutAt(bytes, cuts), { elementBytesMax: 50 })
      expect(elements.map((each) => each.text)).toEqual(['1', undefined, '3'])
      expect(document.fault).toBeUndefined()
    }
  })

  it('limits all other fields together', () => {
    const text = `{"a":"${'x'.repeat(40)}","tasks":[${'"y",'.repeat(100)}1],"b":"${'x'.repeat(40)}"}`
    expect(splitText(text, { fieldsBytesMax: 100 }).document.fault).toBeUndefined()
    expect(splitText(text, { fieldsBytesMax: 90 }).document.fault?.code).toBe('too_large')
    const endless = Array.from({ length: 100 }, () => Buffer.from('x'.repeat(10)))
    expect(split([Buffer.from('{"a":"'), ...endless], { fieldsBytesMax: 90 }).document.fault?.code).toBe(
      'too_large',
    )
    expect(split([Buffer.from('{"'), ...endless], { fieldsBytesMax: 90 }).document.fault?.code).toBe(
      'too_large',
    )
  })

  it('refuses nesting above the limit without reading it', () => {
    const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    const { elements } = splitText(`{"tasks":[${deep(64)},${deep(65)},${deep(100_000)},1]}`)
    expect(elements.map((each) => each.refused)).toEqual([undefined, 'too_deep', 'too_deep', undefined])
    expect(splitText(`{"a":${deep(65)}}`).document.fieldFault).toMatchObject({ field: 'a', code: 'too_deep' })
    expect(splitText(`{"a":${'['.repeat(200_000)}`).document.fault?.code).toBe('invalid_json')
  })

  it('refuses bytes that are not UTF-8, and says which element has them', () => {
    const broken = Buffer.concat([
      Buffer.from('{"tasks":["a","'),
      Buffer.of(0xc3, 0x28),
      Buffer.from('","b"]}'),
    ])
    expect(split([broken]).elements.map((each) => each.refused)).toEqual([
      undefined,
      'invalid_utf8',
      undefined,
    ])
    const field = Buffer.concat([Buffer.from('{"model":"'), Buffer.of(0xff), Buffer.from('"}')])
    expect(split([field]).document.fieldFault).toMatchObject({ field: 'model', code: 'invalid_utf8' })
    const name = Buffer.concat([Buffer.from('{"'), Buffer.of(0xff), Buffer.from('":1}')])
    expect(split([name]).document.fieldFault?.code).toBe('invalid_utf8')
  })

  it('refuses halves of surrogate pairs, and takes whole ones', () => {
    const { elements } = splitText(
      '{"tasks":["\\ud83d\\ude00","\\ud83d","\\udE00\\uD83d",{"\\ud800":1},"\\\\ud800","\\ud7ff\\uac00"]}',
    )
    const refused = 'lone_surrogate'
    expect(elements.map((each) => each.refused)).toEqual([
      undefined,
      refused,
      refused,
      refused,
      undefined,
      undefined,
    ])
  })

  it('finds a duplicate key at any level, and names it', () => {
    const { elements } = splitText(
      '{"tasks":[{"a":1,"a":1},{"b":[{"c":{"d":1,"\\u0064":2}}]},{"a":{"a":{"a":1}}}]}',
    )
    expect(elements.map((each) => each.refused)).toEqual(['duplicate_key', 'duplicate_key', undefined])
    expect(splitText('{"o":{"x":1,"y":{},"x":2}}').document.fieldFault).toMatchObject({
      field: 'o.x',
      code: 'duplicate_key',
    })
    expect(splitText('{"model":1,"tasks":[],"mod\\u0065l":2}').document.fieldFault).toMatchObject({
      field: 'model',
      code: 'duplicate_key',
    })
    expect(splitText('{"__proto__":1,"__proto__":2}').document.fieldFault?.code).toBe('duplicate_key')
  })

  it('hands out a list only once', () => {
    const { elements, document } = splitText('{"tasks":[1],"tasks":[2,3]}')
    expect(elements.map((each) => each.value)).toEqual([1])
    expect(document.fieldFault).toMatchObject({ field: 'tasks', code: 'duplicate_key' })
  })

  it('finds every duplicate that is put into an object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(key, json, { minKeys: 1, maxKeys: 4 }),
        fc.nat(),
        json,
        (object, pick, wrapped) => {
          const names = Object.keys(object)
          const name = names[pick % names.length] ?? ''
          const text = `${JSON.stringify(object).slice(0, -1)},${JSON.stringify(name)}:0}`
          const { elements } = splitText(`{"tasks":[${text},[{"in":${text}}],${JSON.stringify(wrapped)}]}`)
          expect(elements.map((each) => each.refused)).toEqual(['duplicate_key', 'duplicate_key', undefined])
        },
      ),
    )
  })

  it('keeps __proto__ a key like any other', () => {
    const { elements, document } = splitText(
      '{"__proto__":{"polluted":1},"tasks":[{"__proto__":{"polluted":1}}]}',
    )
    expect(document.keys).toEqual(['__proto__', 'tasks'])
    expect(Object.keys(Object(elements[0]?.value))).toEqual(['__proto__'])
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})

const isObjectText = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
