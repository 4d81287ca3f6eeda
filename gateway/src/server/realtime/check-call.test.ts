import { describe, expect, it } from 'vitest'
import { NARROW_TARGET, narrowLookUp } from '../../translate/check/translation.fixture.ts'
import type { Way } from '../../translate/check/way.ts'
import type { Lossy } from '../../translate/loss.ts'
import type { Translation } from '../../translate/translation.ts'
import { ApiError } from '../errors.ts'
import { checkCall } from './check-call.ts'

const TRANSLATED: Way = { kind: 'translated', targets: [NARROW_TARGET] }

const check = (
  body: Readonly<Record<string, unknown>>,
  { way = TRANSLATED, lossy = 'refuse' }: { way?: Way; lossy?: Lossy } = {},
) => checkCall(way, { model: 'claude', endpoint: '/v1/chat/completions', body, lossy }, narrowLookUp)

const refusal = (what: () => unknown): unknown => {
  try {
    return what()
  } catch (error) {
    return error instanceof ApiError ? [error.status, error.code, error.details] : error
  }
}

describe('an ordinary call to a provider of another format', () => {
  it('is refused for what would be dropped, and tells it where that is allowed', () => {
    const body = { seed: 1 }
    expect(refusal(() => check(body))).toEqual([400, 'lossy', { field: 'seed' }])
    expect(check(body, { lossy: 'warn' })).toBe('dropped seed, defaulted max_tokens')
  })

  it('tells what is only filled in, and nothing where there is nothing', () => {
    expect(check({})).toBe('defaulted max_tokens')
    expect(check({ max_tokens: 1 })).toBeUndefined()
  })

  it('is refused for what cannot be asked in any case', () => {
    const untranslatable = [400, 'untranslatable', { field: 'n' }]
    expect(refusal(() => check({ n: 2 }, { lossy: 'warn' }))).toEqual(untranslatable)
  })

  it('is refused where no deployment has the endpoint', () => {
    const way: Way = { kind: 'nowhere' }
    expect(refusal(() => check({}, { way, lossy: 'warn' }))).toEqual([
      400,
      'untranslatable',
      { field: 'model' },
    ])
  })

  it('is not looked at where it passes', () => {
    const body = new Proxy<Record<string, unknown>>(
      {},
      {
        get: () => {
          throw new Error('it was looked at')
        },
      },
    )
    expect(check(body, { way: { kind: 'passes' } })).toBeUndefined()
  })
})

describe('the header of an answer', () => {
  const translation = (fields: readonly string[]): Translation => ({
    endpoint: 'narrow',
    media: () => [],
    request: () => ({
      kind: 'translated',
      request: {},
      losses: fields.map((field) => ({ field, action: 'moved' })),
    }),
    answer: (answer) => answer,
    error: () => ({}),
    events: () => ({ take: () => '', end: () => '' }),
  })

  const headerFor = (fields: readonly string[]) =>
    checkCall(
      TRANSLATED,
      { model: 'claude', endpoint: '/v1/chat/completions', body: {}, lossy: 'refuse' },
      () => translation(fields),
    )

  it('holds no character that a header cannot have', () => {
    expect(headerFor(['metadata.a\r\nSet-Cookie: x', 'messages[0].한글'])).toBe(
      'moved metadata.a??Set-Cookie??x, moved messages[0].??',
    )
  })

  it('is never longer than clients take', () => {
    const header = headerFor(Array.from({ length: 1_000 }, (_, at) => `metadata.${at}`))
    expect(header?.length).toBeLessThan(1_010)
    expect(header).toMatch(/^moved metadata\.0, .* \.\.\.$/)
  })
})
