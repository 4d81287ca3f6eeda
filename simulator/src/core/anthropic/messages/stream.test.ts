import { describe, expect, it } from 'vitest'
import type { FaultKind } from '../../options.ts'
import { eventsIn } from '../../stream/events.fixture.ts'
import { ask, setUp } from '../set-up.fixture.ts'

const body = ask('What is a sheepfold? 양 우리', { stream: true })

const streamedWith = (kind?: FaultKind) => {
  const reaction = setUp(kind === undefined ? {} : { faults: [{ kind }] }).send(body)
  return { ...reaction, events: eventsIn(reaction.body.toString()) }
}

describe('a message in events', () => {
  it('names each event twice, and ends without a word that is no JSON', () => {
    const { events, headers } = streamedWith()
    expect(headers['content-type']).toBe('text/event-stream; charset=utf-8')
    for (const { name, data } of events) expect(JSON.parse(data).type).toBe(name)
    expect(events.slice(0, 4).map(({ name }) => name)).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
    ])
    expect(events.slice(-3).map(({ name }) => name)).toEqual([
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
  })

  it('says at its end what all of it used', () => {
    const { events } = streamedWith()
    const whole = setUp().call({ ...body, stream: false }).json
    const { input_tokens, output_tokens } = whole.usage
    expect(JSON.parse(events.at(-2)?.data ?? '').usage).toMatchObject({ input_tokens, output_tokens })
    expect(JSON.parse(events[0]?.data ?? '').message.usage).toMatchObject({ input_tokens, output_tokens: 1 })
  })

  it('has no usage where that is not told', () => {
    const { events } = streamedWith('no_usage')
    expect(events.every(({ data }) => !data.includes('input_tokens'))).toBe(true)
    expect(events.length).toBe(streamedWith().events.length)
  })

  it('is spoiled in the text and nowhere else by what spoils a text', () => {
    const { body: bytes } = streamedWith('invalid_utf8')
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).toThrow()
    const events = eventsIn(bytes.toString())
    for (const { name, data } of events) expect(JSON.parse(data).type).toBe(name)
    const huge = streamedWith('huge_answer')
    const at = huge.filler?.at ?? 0
    expect(huge.body.subarray(at - 8, at).toString()).toBe('"text":"')
  })

  it('ends in an error of the provider', () => {
    const { events } = streamedWith('stream_error')
    const last = events.at(-1)
    expect(last?.name).toBe('error')
    expect(JSON.parse(last?.data ?? '')).toMatchObject({
      type: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
    })
  })
})

describe('a whole message', () => {
  it('stays JSON where its text grows huge, and where its usage is gone', () => {
    const { send, call, simulator } = setUp({ faults: [{ kind: 'huge_answer', bytes: 100 }] })
    const { filler, body: bytes } = send(ask('hi'))
    const at = filler?.at ?? 0
    const whole = JSON.parse(`${bytes.subarray(0, at)}${'x'.repeat(100)}${bytes.subarray(at)}`)
    expect(whole.content[0].text).toMatch(/^x{100}/)
    simulator.setFaults([{ kind: 'no_usage' }])
    const { json } = call(ask('hi'))
    expect(json.usage).toBeUndefined()
    expect(json.content[0].type).toBe('text')
  })
})
