import { describe, expect, it } from 'vitest'
import { openaiCalls } from './dialects/openai.ts'
import { type CallReading, readCall } from './read-call.ts'

const CHAT: CallReading = {
  dialect: openaiCalls,
  endpoint: '/v1/chat/completions',
  depthMax: 8,
  headerTier: 'default',
  passedHeaders: undefined,
}

const read = (text: string, more: Partial<CallReading> = {}) => {
  const call = readCall(Buffer.from(text), { ...CHAT, ...more })
  const sent = call.body.toString()
  return { ...call, sent, atModel: call.body.toString('utf8', call.modelStart) }
}

const USAGE = '"stream_options":{"include_usage":true},'

describe('a call that is read', () => {
  it('keeps its bytes, and knows where the name of its model stands', () => {
    const text = '{ "messages" : [ ], "model":"m", "seed" : 1.0 }'
    expect(read(` ${text}\r\n`)).toMatchObject({
      model: 'm',
      isStream: false,
      hidesUsage: false,
      tier: 'default',
      sent: text,
      atModel: '"m", "seed" : 1.0 }',
    })
  })

  it('finds a model whose key is written with escapes', () => {
    expect(read('{"mod\\u0065l":"m"}')).toMatchObject({ model: 'm', atModel: '"m"}' })
  })

  it.each([
    ['{"model":"m","stream":true}', `{${USAGE}"model":"m","stream":true}`],
    [
      '{"stream":true,"stream_options":null,"model":"m"}',
      '{"stream":true,"stream_options":{"include_usage":true},"model":"m"}',
    ],
    [
      '{"stream":true,"stream_options":{},"model":"m"}',
      '{"stream":true,"stream_options":{"include_usage":true},"model":"m"}',
    ],
    [
      '{"model":"m","stream":true,"stream_options": {"include_obfuscation":false}}',
      '{"model":"m","stream":true,"stream_options": {"include_usage":true,"include_obfuscation":false}}',
    ],
    [
      '{"model":"m","stream":true,"stream_options":{"include_usage" : false}}',
      '{"model":"m","stream":true,"stream_options":{"include_usage" : true}}',
    ],
  ])('asks for the usage of a stream that does not: %s', (text, sent) => {
    const call = read(text)
    expect(call).toMatchObject({ isStream: true, hidesUsage: true, sent })
    expect(call.atModel).toMatch(/^"m"/)
  })

  it.each([
    '{"model":"m","stream":true,"stream_options":{"include_usage":true}}',
    '{"model":"m","stream":true,"stream_options":{"include_usage":"yes"}}',
    '{"model":"m","stream":true,"stream_options":[]}',
    '{"model":"m","stream":false}',
    '{"model":"m","stream":null}',
  ])(
    'changes nothing where the client asks for itself, or so that the provider must refuse it: %s',
    (text) => {
      expect(read(text)).toMatchObject({ hidesUsage: false, sent: text })
    },
  )

  it('asks for no usage where streams tell it by themselves', () => {
    const text = '{"model":"m","stream":true}'
    expect(read(text, { endpoint: '/v1/responses' })).toMatchObject({ isStream: true, sent: text })
  })

  it.each([
    ['{"service_tier":"flex","model":"m"}', '{"model":"m"}'],
    ['{"model":"m", "service_tier":"flex"}', '{"model":"m"}'],
    ['{"model":"m","service_tier":"flex","stream":true}', `{${USAGE}"model":"m","stream":true}`],
    ['{"service_tier":"flex","stream":true,"model":"m"}', `{${USAGE}"stream":true,"model":"m"}`],
  ])('takes our tier out of what is sent: %s', (text, sent) => {
    const call = read(text)
    expect(call).toMatchObject({ tier: 'flex', sent })
    expect(call.atModel).toMatch(/^"m"/)
  })

  it('takes the tier of the header, and then no other tier is asked of the provider', () => {
    const priority = '{"model":"m","service_tier":"priority"}'
    expect(read(priority, { headerTier: 'flex' })).toMatchObject({ tier: 'flex', sent: '{"model":"m"}' })
    expect(read(priority)).toMatchObject({ tier: 'default', sent: priority })
    expect(read('{"model":"m","service_tier":"auto"}').sent).toBe('{"model":"m","service_tier":"auto"}')
  })

  it.each([
    ['', 'invalid_json'],
    ['[]', 'invalid_type'],
    ['{"model":"m"', 'invalid_json'],
    ['{"model":"m"} x', 'invalid_json'],
    ['{}', 'missing_field'],
    ['{"model":null}', 'invalid_type'],
    ['{"model":["m"]}', 'invalid_type'],
    ['{"model":""}', 'invalid_type'],
    ['{"model":"m","model":"n"}', 'duplicate_key'],
    ['{"model":"m","a":{"b":1,"b":2}}', 'duplicate_key'],
    ['{"model":"m","a":[[[[[[[[1]]]]]]]]}', 'too_deep'],
    ['{"model":"m","a":"\\ud800"}', 'lone_surrogate'],
  ])('is refused: %s (%s)', (text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code }))
  })

  it('is refused where its bytes are not UTF-8', () => {
    const bytes = Buffer.from([...Buffer.from('{"model":"m","a":"'), 0xff, 0x22, 0x7d])
    expect(() => readCall(bytes, CHAT)).toThrow(expect.objectContaining({ code: 'invalid_utf8' }))
  })

  it('is refused where its answer would have to be fetched later', () => {
    const text = '{"model":"m","background":true}'
    expect(() => read(text, { endpoint: '/v1/responses' })).toThrow(
      expect.objectContaining({ code: 'invalid_value', details: { field: 'background' } }),
    )
    expect(read(text).sent).toBe(text)
  })
})
