import { describe, expect, it } from 'vitest'
import { createSimulator } from '../simulator.ts'

const simulator = createSimulator({ clock: { now: () => 0 }, keys: ['sk-ant-good'] })

const get = (
  path: string,
  headers: Record<string, string> = { 'x-api-key': 'sk-ant-good', 'anthropic-version': '2023-06-01' },
) => {
  const reaction = simulator.receive({ method: 'GET', path, headers, body: Buffer.alloc(0) })
  simulator.finished(reaction, 'sent')
  return { status: reaction.status, json: JSON.parse(reaction.body.toString()) }
}

const idsOf = (query: string): string[] =>
  get(`/v1/models?${query}`).json.data.map(({ id }: { id: string }) => id)

describe('the models', () => {
  it('are shown to whoever names a version; all others are shown those of OpenAI', () => {
    const { json } = get('/v1/models')
    expect(json.data.every(({ type }: { type: string }) => type === 'model')).toBe(true)
    expect(json).toMatchObject({ has_more: false, first_id: idsOf('')[0], last_id: idsOf('').at(-1) })
    expect(get('/v1/models', { authorization: 'Bearer sk-ant-good' }).json.object).toBe('list')
  })

  it('come in pages, forwards and backwards', () => {
    const all = idsOf('')
    const [first = '', second = '', third = '', fourth = ''] = all
    expect(idsOf('limit=2')).toEqual([first, second])
    expect(idsOf(`limit=2&after_id=${second}`)).toEqual([third, fourth])
    expect(idsOf(`limit=2&before_id=${fourth}`)).toEqual([second, third])
    expect(get(`/v1/models?limit=2&before_id=${third}`).json.has_more).toBe(false)
    expect(get(`/v1/models?limit=2&before_id=${fourth}`).json.has_more).toBe(true)
    expect(get('/v1/models?limit=2').json.has_more).toBe(true)
    expect(idsOf(`after_id=${all.at(-1)}`)).toEqual([])
  })

  it.each([
    ['/v1/models?limit=0', 400, 'invalid_request_error'],
    ['/v1/models/claude-0', 404, 'not_found_error'],
    ['/v1/messages', 405, 'invalid_request_error'],
    ['/v1/messages/batches', 404, 'not_found_error'],
  ])('are not at %s', (path, status, type) => {
    const answer = get(path)
    expect([answer.status, answer.json.type, answer.json.error.type]).toEqual([status, 'error', type])
  })
})
