import { describe, expect, it } from 'vitest'
import type { Loss } from '../loss.ts'
import type { Translation } from '../translation.ts'
import { checkTranslation } from './check-translation.ts'
import { NARROW_TARGET, narrowTranslation } from './translation.fixture.ts'

const ENDPOINT = '/v1/chat/completions'
const WIDE_TARGET = { ...NARROW_TARGET, provider: 'gemini' } as const

const losing = (...losses: Loss[]): Translation => ({
  ...narrowTranslation,
  request: () => ({ kind: 'translated', request: {}, losses }),
})

const check = (body: Readonly<Record<string, unknown>>, other: Translation) =>
  checkTranslation([WIDE_TARGET, NARROW_TARGET], { endpoint: ENDPOINT, body }, (_endpoint, provider) =>
    provider === 'gemini' ? other : narrowTranslation,
  )

describe('a request that may go to several providers', () => {
  it('loses what any of them has no word for, once', () => {
    const seed: Loss = { field: 'seed', action: 'dropped', from: '1' }
    const verbosity: Loss = { field: 'verbosity', action: 'dropped' }
    expect(check({ seed: 1, max_tokens: 1 }, losing(verbosity, seed))).toEqual({
      kind: 'translated',
      losses: [verbosity, seed],
    })
  })

  it('is refused where one of them cannot be asked', () => {
    expect(check({ n: 2 }, losing())).toMatchObject({ kind: 'untranslatable', field: 'n' })
  })
})
