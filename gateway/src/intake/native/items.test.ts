import { describe, expect, it } from 'vitest'
import { DEFAULT_PRESETS } from '../../config/presets.ts'
import { accepted, BLOB, invalid, sent, takeIn, user } from './take-in.fixture.ts'

describe('taking in a conversation list', () => {
  it('makes one request of every element', async () => {
    const taken = await takeIn({ model: 'batch-4.1', input: [user('one'), user('two')] })
    expect(accepted(taken)).toMatchObject({ form: 'input', model: 'batch-4.1', total: 2, task: null })
    const bodies = (await sent(taken)).map((each) => each.body)
    expect(bodies).toEqual([
      { model: 'gpt-4.1', messages: [user('one')] },
      { model: 'gpt-4.1', messages: [user('two')] },
    ])
  })

  it('takes every form of content and of id', async () => {
    const parts = [
      { type: 'text', text: 'what is this?' },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    ]
    const taken = await takeIn({
      model: 'batch-4.1',
      input: [
        user('text'),
        user(parts),
        user({ id: 'doc-1', content: 'handed over' }),
        { ...user('named'), custom_id: 'mine' },
        { ...user('named'), id: 'also mine' },
        user({ id: 'doc-2', content: parts }),
        { ...user('null id'), id: null },
        { ...user({ id: 'same', content: 'x' }), custom_id: 'same' },
      ],
    })
    const requests = await sent(taken)
    expect(requests.map((each) => each.id)).toEqual([
      'request-0000000',
      'request-0000001',
      'doc-1',
      'mine',
      'also mine',
      'doc-2',
      'request-0000006',
      'same',
    ])
    expect(requests.map((each) => each.body)).toEqual(
      ['text', parts, 'handed over', 'named', 'named', parts, 'null id', 'x'].map((content) => ({
        model: 'gpt-4.1',
        messages: [user(content)],
      })),
    )
  })

  it('puts the preset before the system prompt of the client, and both before each request', async () => {
    const taken = await takeIn({
      input: [user('one')],
      task: 'document_analysis',
      system: 'Be "brief".',
      options: { max_tokens: 5 },
      model: 'batch-4.1',
    })
    const preset = DEFAULT_PRESETS.document_analysis
    expect(accepted(taken).task).toBe('document_analysis')
    const [request] = await sent(taken)
    expect(request?.body).toEqual({
      model: 'gpt-4.1',
      messages: [
        { role: 'system', content: preset?.system },
        { role: 'system', content: 'Be "brief".' },
        user('one'),
      ],
      temperature: 0.2,
      max_tokens: 5,
    })
  })

  it.each([
    ['system', 'instructions for all of them go into "system"'],
    ['assistant', '"role" must be "user"'],
  ])('refuses the role %s', async (role, message) => {
    const refusal = await invalid({ model: 'batch-4.1', input: [user('x'), { role, content: 'x' }] })
    expect(refusal.code).toBe('invalid_items')
    expect(refusal.faults).toMatchObject([{ index: 1, code: 'invalid_value', field: 'role' }])
    expect(refusal.faults[0]?.message).toContain(message)
  })

  it.each([
    ['x', 'invalid_type', ''],
    [null, 'invalid_type', ''],
    [[user('x')], 'invalid_type', ''],
    [{ content: 'x' }, 'missing_field', 'role'],
    [{ role: 'user' }, 'missing_field', 'content'],
    [user(null), 'invalid_type', 'content'],
    [user(5), 'invalid_type', 'content'],
    [user([]), 'invalid_value', 'content'],
    [user(['x']), 'invalid_type', 'content[0]'],
    [user([{ text: 'x' }]), 'missing_field', 'content[0].type'],
    [user([{ type: 'constructor' }]), 'invalid_value', 'content[0].type'],
    [user([{ type: 'text', text: 5 }]), 'invalid_type', 'content[0].text'],
    [user([{ type: 'text', text: 'x' }, { type: 'image_url' }]), 'missing_field', 'content[1].image_url'],
    [user({ id: 'x' }), 'missing_field', 'content.content'],
    [user({ id: 'x', content: { id: 'y' } }), 'invalid_type', 'content.content'],
    [user({ id: 'x', content: 'x', source: 'y' }), 'unknown_field', 'content.source'],
    [{ ...user('x'), name: 'y' }, 'unknown_field', 'name'],
    [{ ...user('x'), custom_id: 7 }, 'invalid_type', 'custom_id'],
    [user({ id: 7, content: 'x' }), 'invalid_type', 'content.id'],
    [{ ...user('x'), id: '' }, 'invalid_value', 'id'],
    [{ ...user('x'), custom_id: 'a\u0000b' }, 'invalid_value', 'custom_id'],
    [{ ...user('x'), custom_id: 'a\nb' }, 'invalid_value', 'custom_id'],
    [{ ...user('x'), custom_id: 'a', id: 'b' }, 'conflicting_fields', 'id'],
    [{ ...user('x'), custom_id: 'i'.repeat(513) }, 'invalid_value', 'custom_id'],
  ])('refuses the element %j', async (element, code, field) => {
    const refusal = await invalid({ model: 'batch-4.1', input: [user('good'), element] })
    expect(refusal.faults).toMatchObject([{ index: 1, code, field }])
  })
})

describe('taking in a task list', () => {
  it('composes bodies from the batch, the preset and the item, the item winning', async () => {
    const taken = await takeIn({
      model: 'batch-4.1',
      tasks: [
        { custom_id: 'doc_0001', prompt: 'one' },
        {
          custom_id: 'doc_0002',
          prompt: 'two',
          system: 'own',
          options: { temperature: 1, stop: ['a', 'b'] },
        },
        { id: 'doc_0003', prompt: 'three', options: { max_completion_tokens: 9, temperature: null } },
      ],
      options: { temperature: 0.3, max_tokens: 500 },
      system: 'shared',
    })
    expect(accepted(taken).form).toBe('tasks')
    const requests = await sent(taken)
    const shared = { role: 'system', content: 'shared' }
    expect(requests.map((each) => each.body)).toEqual([
      { model: 'gpt-4.1', messages: [shared, user('one')], temperature: 0.3, max_tokens: 500 },
      {
        model: 'gpt-4.1',
        messages: [shared, { role: 'system', content: 'own' }, user('two')],
        temperature: 1,
        stop: ['a', 'b'],
        max_tokens: 500,
      },
      { model: 'gpt-4.1', messages: [shared, user('three')], temperature: 0.3, max_completion_tokens: 9 },
    ])
    expect(requests.map((each) => each.id)).toEqual(['doc_0001', 'doc_0002', 'doc_0003'])
    expect(accepted(taken)).toMatchObject({ estimatedOutputTokens: 500 + 500 + 9 })
  })

  it('passes the bytes of a prompt on as they came, on one line', async () => {
    const prompt = '"\\u0041\\/ 한글 \\u0000 1.0"'
    const parts = '[\r\n { "type" :\n"text", "text":"x" } ]'
    const taken = await takeIn(
      `{"model":"batch-4.1","tasks":[{"prompt" : ${prompt}},{"prompt":${parts}, "options":{"seed":1.0e0}}]}`,
    )
    const requests = await sent(taken)
    expect(requests[0]?.text).toBe(`{"model":"gpt-4.1","messages":[{"role":"user","content":${prompt}}]}`)
    expect(requests[1]?.text).toContain('"content":[   { "type" : "text", "text":"x" } ]}],"seed":1.0e0}')
    const blob = await taken.blobs.read(BLOB, 0, 10_000)
    expect(blob.toString().split('\n')).toHaveLength(3)
  })

  it.each([
    [{ custom_id: 'x' }, 'missing_field', 'prompt'],
    [{ prompt: 5 }, 'invalid_type', 'prompt'],
    [{ prompt: 'x', system: 5 }, 'invalid_type', 'system'],
    [{ prompt: 'x', options: [] }, 'invalid_type', 'options'],
    [{ prompt: 'x', options: { temperature: 3 } }, 'invalid_value', 'options.temperature'],
    [{ prompt: 'x', options: { stream: true } }, 'unsupported_option', 'options.stream'],
    [{ prompt: 'x', options: { model: 'y' } }, 'unknown_field', 'options.model'],
    [{ prompt: 'x', content: 'y' }, 'unknown_field', 'content'],
  ])('refuses the task %j', async (task, code, field) => {
    const refusal = await invalid({ model: 'batch-4.1', tasks: [{ prompt: 'good' }, task] })
    expect(refusal.faults).toMatchObject([{ index: 1, code, field }])
  })

  it('reports every bad item, whatever is wrong with it', async () => {
    const good = '{"prompt":"x"}'
    const body = Buffer.concat([
      Buffer.from('{"model":"batch-4.1","tasks":['),
      Buffer.from(
        `${good},{"prompt":"a","prompt":"b"},${good},{"prompt":${'['.repeat(70)}${']'.repeat(70)}},`,
      ),
      Buffer.from('{"prompt":"'),
      Buffer.of(0xff),
      Buffer.from(`"},{"prompt":"\\ud800"},{"prompt":"${'x'.repeat(3_000)}"},${good}]}`),
    ])
    const refusal = await invalid(body, { itemBytesMax: 2_000 })
    expect(refusal.faults.map(({ index, code, field }) => [index, code, field])).toEqual([
      [1, 'duplicate_key', 'prompt'],
      [3, 'too_deep', ''],
      [4, 'invalid_utf8', ''],
      [5, 'lone_surrogate', ''],
      [6, 'too_large', ''],
    ])
    expect(refusal.message).toContain('5 of 8 requests are refused; the first is tasks[1]')
  })

  it('shows the first faults and counts the rest', async () => {
    const refusal = await invalid(
      { model: 'batch-4.1', tasks: Array(40).fill({ prompt: 1 }) },
      { faultsShownMax: 10 },
    )
    expect(refusal.faults).toHaveLength(10)
    expect(refusal.faultsTotal).toBe(40)
  })
})

describe('custom_ids', () => {
  it('must differ, however they are spelled', async () => {
    const body =
      '{"model":"batch-4.1","tasks":[{"custom_id":"a","prompt":"x"},{"id":"\\u0061","prompt":"y"},{"id":"b","prompt":"z"}]}'
    const refusal = await invalid(body)
    expect(refusal.faults).toMatchObject([{ index: 1, code: 'duplicate_custom_id', field: 'custom_id' }])
    expect(refusal.faults[0]?.message).toContain('request 0')
  })

  it('are generated around those that are given', async () => {
    const taken = await takeIn({
      model: 'batch-4.1',
      tasks: [{ custom_id: 'request-0000001', prompt: 'x' }, { prompt: 'y' }, { prompt: 'z' }],
    })
    const ids = (await sent(taken)).map((each) => each.id)
    expect(ids).toEqual(['request-0000001', 'request-0000001-1', 'request-0000002'])
  })

  it('are refused where one was generated before', async () => {
    const refusal = await invalid({
      model: 'batch-4.1',
      tasks: [{ prompt: 'y' }, { custom_id: 'request-0000000', prompt: 'x' }],
    })
    expect(refusal.faults[0]).toMatchObject({ index: 1, code: 'duplicate_custom_id' })
    expect(refusal.faults[0]?.message).toContain('generated for requests that give none')
  })
})
