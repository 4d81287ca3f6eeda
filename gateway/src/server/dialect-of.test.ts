import type { FastifyRequest } from 'fastify'
import { describe, expect, it } from 'vitest'
import { type CallerDialect, dialectOf } from './dialect-of.ts'

type Asked = Partial<Pick<FastifyRequest, 'url' | 'headers' | 'callerDialect'>>

const dialectFor = (asked: Asked): CallerDialect => {
  const request = { url: '/v1/batches', headers: {}, callerDialect: null, ...asked }
  return dialectOf(request as unknown as FastifyRequest)
}

const ANTHROPIC = { 'anthropic-version': '2023-06-01' }
const STAINLESS = { 'x-stainless-lang': 'js' }

describe('the dialect of a caller', () => {
  const cases: ReadonlyArray<readonly [what: string, asked: Asked, dialect: CallerDialect]> = [
    ['nothing says it', {}, 'native'],
    ["the header of Anthropic's API", { headers: ANTHROPIC }, 'anthropic'],
    [
      "that header with those of the makers' libraries",
      { headers: { ...ANTHROPIC, ...STAINLESS } },
      'anthropic',
    ],
    ["that header on OpenAI's path", { url: '/v1/files', headers: ANTHROPIC }, 'anthropic'],
    ['a version that nobody knows', { headers: { 'anthropic-version': '' } }, 'anthropic'],
    ["the headers of OpenAI's libraries", { headers: STAINLESS }, 'openai'],
    ["those headers on Anthropic's path", { url: '/v1/messages', headers: STAINLESS }, 'openai'],
    ["OpenAI's path", { url: '/v1/chat/completions' }, 'openai'],
    ["Anthropic's path", { url: '/v1/messages' }, 'anthropic'],
    ["a path below Anthropic's", { url: '/v1/messages/batches?limit=1' }, 'anthropic'],
    ["a path that begins like Anthropic's", { url: '/v1/messages-of-mine' }, 'native'],
    ['what a handler found', { callerDialect: 'openai' }, 'openai'],
    ['a header before what a handler found', { headers: ANTHROPIC, callerDialect: 'openai' }, 'anthropic'],
  ]

  it.each(cases)('is known: %s', (_what, asked, dialect) => {
    expect(dialectFor(asked)).toBe(dialect)
  })
})
