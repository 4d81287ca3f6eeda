import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { edited, movedTo, removeMember, setMember } from './edit-object.ts'
import { memberSpans } from './members.ts'

const object = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, maxKeys: 6 })
const indent = fc.constantFrom(undefined, 2, '\r\n\t')

const placed = (value: unknown, space: string | number | undefined) => {
  const bytes = Buffer.from(JSON.stringify(value, null, space))
  return { bytes, place: { start: 0, members: memberSpans(bytes) } }
}

const parsed = (bytes: Buffer): unknown => JSON.parse(bytes.toString())

describe('an object whose bytes are edited', () => {
  it('has the member that is set, and all others as they were', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), indent, fc.string(), (value, space, name) => {
        const { bytes, place } = placed(value, space)
        const after = parsed(edited(bytes, [setMember(place, name, '{"set":true}')]))
        expect(after).toEqual({ ...(parsed(bytes) as object), [name]: { set: true } })
      }),
    )
  })

  it('lacks the member that is removed, and has all others as they were', () => {
    fc.assert(
      fc.property(object, indent, fc.nat(), (value, space, at) => {
        const { bytes, place } = placed(value, space)
        const names = [...place.members.keys()]
        const name = names[at % names.length] ?? ''
        const member = place.members.get(name)
        if (!member) throw new Error('no member')
        const { [name]: _removed, ...rest } = parsed(bytes) as Record<string, unknown>
        expect(parsed(edited(bytes, [removeMember(bytes, member)]))).toEqual(rest)
      }),
    )
  })

  it('keeps the bytes around, and tells where they went', () => {
    const bytes = Buffer.from('{ "service_tier" : "flex" ,\n "model" : "é" , "n":1 }')
    const members = memberSpans(bytes)
    const tier = members.get('service_tier')
    const model = members.get('model')
    if (!tier || !model) throw new Error('no member')
    const edits = [removeMember(bytes, tier), setMember({ start: 0, members }, 'added', '"é"')]
    const after = edited(bytes, edits)
    expect(after.toString()).toBe('{"added":"é", \n "model" : "é" , "n":1 }')
    expect(after.toString('utf8', movedTo(model.start, edits))).toBe('"é" , "n":1 }')
  })

  it('is the same buffer where nothing is edited', () => {
    const bytes = Buffer.from('{}')
    expect(edited(bytes, [])).toBe(bytes)
  })
})
