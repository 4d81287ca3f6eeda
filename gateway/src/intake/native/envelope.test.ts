import { describe, expect, it } from 'vitest'
import { accepted, invalid, sent, takeIn, tasks, user } from './take-in.fixture.ts'

describe('the fields beside the requests', () => {
  const good = { model: 'batch-4.1', tasks: tasks('x') }

  it('may come in any order', async () => {
    const fields = { model: 'batch-4.1', options: { seed: 3 }, system: 's', metadata: { run: '7' } }
    const before = await sent(await takeIn({ ...fields, tasks: tasks('x', 'y') }))
    const after = await sent(await takeIn({ tasks: tasks('x', 'y'), ...fields }))
    expect(before).toEqual(after)
  })

  it.each([
    [{}, 86_400],
    [{ window_seconds: 60 }, 60],
    [{ window_seconds: 86_400 }, 86_400],
    [{ completion_window: '24h' }, 86_400],
    [{ completion_window: '1h' }, 3_600],
    [{ completion_window: '30m' }, 1_800],
    [{ completion_window: '90s', window_seconds: null }, 90],
  ])('%j make a window of %i seconds', async (fields, seconds) => {
    expect(accepted(await takeIn({ ...good, ...fields })).windowSeconds).toBe(seconds)
  })

  it('keep metadata, whatever its keys', async () => {
    const body = '{"model":"batch-4.1","tasks":[{"prompt":"x"}],"metadata":{"__proto__":"a","run":"7"}}'
    const { metadata } = accepted(await takeIn(body))
    expect(JSON.stringify(metadata)).toBe('{"__proto__":"a","run":"7"}')
  })

  it('count as not given where they are null', async () => {
    const nulls = { options: null, system: null, task: null, metadata: null, completion_window: null }
    expect(accepted(await takeIn({ ...good, ...nulls }))).toMatchObject({ task: null, metadata: {} })
  })

  it.each([
    [{ tasks: tasks('x') }, 'missing_field', 'model'],
    [{ ...good, model: 7 }, 'invalid_type', 'model'],
    [{ ...good, model: 'gpt-9' }, 'model_not_found', 'model'],
    [{ model: 'batch-4.1' }, 'missing_field', 'input'],
    [{ ...good, input: [user('x')] }, 'conflicting_fields', 'input'],
    [{ model: 'batch-4.1', input: 'x' }, 'invalid_type', 'input'],
    [{ model: 'batch-4.1', tasks: {} }, 'invalid_type', 'tasks'],
    [{ model: 'batch-4.1', tasks: [] }, 'empty_list', 'tasks'],
    [{ ...good, task: 'translation' }, 'unknown_task', 'task'],
    [{ ...good, task: '__proto__' }, 'unknown_task', 'task'],
    [{ ...good, task: 5 }, 'invalid_type', 'task'],
    [{ ...good, options: [] }, 'invalid_type', 'options'],
    [{ ...good, options: { temperature: 5 } }, 'invalid_value', 'options.temperature'],
    [{ ...good, options: { stream: true } }, 'unsupported_option', 'options.stream'],
    [{ ...good, system: ['x'] }, 'invalid_type', 'system'],
    [{ ...good, temperature: 0.3 }, 'unknown_field', 'temperature'],
    [{ ...good, metadata: 'x' }, 'invalid_type', 'metadata'],
    [{ ...good, metadata: { a: 1 } }, 'invalid_value', 'metadata.a'],
    [{ ...good, metadata: { a: 'x'.repeat(513) } }, 'invalid_value', 'metadata.a'],
    [
      { ...good, metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, ''])) },
      'invalid_value',
      'metadata',
    ],
    [{ ...good, completion_window: '25h' }, 'invalid_value', 'completion_window'],
    [{ ...good, completion_window: '59s' }, 'invalid_value', 'completion_window'],
    [{ ...good, completion_window: '1d' }, 'invalid_value', 'completion_window'],
    [{ ...good, completion_window: 24 }, 'invalid_value', 'completion_window'],
    [{ ...good, window_seconds: 59 }, 'invalid_value', 'window_seconds'],
    [{ ...good, window_seconds: 86_401 }, 'invalid_value', 'window_seconds'],
    [{ ...good, window_seconds: '60' }, 'invalid_value', 'window_seconds'],
    [{ ...good, window_seconds: 60, completion_window: '1h' }, 'conflicting_fields', 'window_seconds'],
  ])('are refused in %j', async (body, code, field) => {
    const refusal = await invalid(body)
    expect(refusal).toMatchObject({ code, field, faultsTotal: 0 })
    expect(refusal.message).not.toBe('')
  })

  it('list what is allowed in their errors', async () => {
    expect((await invalid({ ...good, task: 'x' })).message).toContain('document_analysis, classification')
    expect((await invalid({ ...good, top_k: 1 })).message).toContain('completion_window')
    expect((await invalid({ ...good, top_p: 1 })).message).toContain('go into "options"')
  })

  it('are refused where a key is given twice', async () => {
    const refusal = await invalid('{"model":"batch-4.1","tasks":[{"prompt":"x"}],"tasks":[{"prompt":"y"}]}')
    expect(refusal).toMatchObject({ code: 'duplicate_key', field: 'tasks' })
    const inside = await invalid(
      '{"model":"batch-4.1","tasks":[{"prompt":"x"}],"options":{"seed":1,"seed":2}}',
    )
    expect(inside).toMatchObject({ code: 'duplicate_key', field: 'options.seed' })
  })

  it('do not hide the faults of the requests', async () => {
    const refusal = await invalid({ model: 'gpt-9', tasks: [{ prompt: 1 }] })
    expect(refusal.code).toBe('model_not_found')
    expect(refusal.faults).toMatchObject([{ index: 0, field: 'prompt' }])
  })
})
