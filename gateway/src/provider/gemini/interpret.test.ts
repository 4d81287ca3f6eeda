import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer, reading } from '../answers/interpret.fixture.ts'
import { interpret } from './interpret.ts'

const { failureOf } = reading((outcome) => interpret(outcome, 'generateContent'))

const info = (reason: string) => ({ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason })
const retry = (retryDelay: unknown) => ({
  '@type': 'type.googleapis.com/google.rpc.RetryInfo',
  retryDelay,
})

const OVER_QUOTA = 'You exceeded your current quota, please check your plan and billing details.'

describe('a refusal', () => {
  it.each([
    [400, { status: 'INVALID_ARGUMENT', message: 'Invalid JSON payload received.' }, 'bad_request'],
    [
      400,
      { status: 'INVALID_ARGUMENT', message: 'API key not valid. Please pass a valid API key.' },
      'key_refused',
    ],
    [
      400,
      { status: 'INVALID_ARGUMENT', message: 'API key expired. Please renew the API key.' },
      'key_refused',
    ],
    [400, { status: 'INVALID_ARGUMENT', message: 'no', details: [info('API_KEY_INVALID')] }, 'key_refused'],
    [
      400,
      { status: 'FAILED_PRECONDITION', message: 'Please enable billing on your project.' },
      'quota_exhausted',
    ],
    [
      400,
      { status: 'FAILED_PRECONDITION', message: 'User location is not supported for the API use.' },
      'key_refused',
    ],
    [400, { status: 'FAILED_PRECONDITION', message: 'The File x is not in an ACTIVE state.' }, 'bad_request'],
    [400, { status: 'INVALID_ARGUMENT', message: 'The billing report is too long.' }, 'bad_request'],
    [401, { status: 'UNAUTHENTICATED' }, 'key_refused'],
    [402, { status: 'FAILED_PRECONDITION', message: 'pay' }, 'quota_exhausted'],
    [403, { status: 'PERMISSION_DENIED', message: 'You may not use this tuned model.' }, 'permission'],
    [403, { status: 'PERMISSION_DENIED', message: 'Your API key was reported as leaked.' }, 'key_refused'],
    [403, { status: 'PERMISSION_DENIED', details: [info('SERVICE_DISABLED')] }, 'key_refused'],
    [403, { status: 'PERMISSION_DENIED', details: [info('BILLING_DISABLED')] }, 'quota_exhausted'],
    [
      404,
      { status: 'NOT_FOUND', message: 'models/gemini-9 is not found for API version v1beta' },
      'model_missing',
    ],
    [404, { status: 'NOT_FOUND', message: 'Requested entity was not found.' }, 'model_missing'],
    [404, { status: 'NOT_FOUND', message: 'File files/abc does not exist.' }, 'bad_request'],
    [404, { status: 'NOT_FOUND', message: 'CachedContent not found' }, 'bad_request'],
    [408, { status: 'DEADLINE_EXCEEDED' }, 'request_timeout'],
    [409, { status: 'ABORTED' }, 'conflict'],
    [413, { status: 'INVALID_ARGUMENT' }, 'bad_request'],
    [429, { status: 'RESOURCE_EXHAUSTED', message: OVER_QUOTA, details: [retry('33s')] }, 'throttled'],
    [
      429,
      { status: 'RESOURCE_EXHAUSTED', message: OVER_QUOTA, details: [info('RATE_LIMIT_EXCEEDED')] },
      'throttled',
    ],
    [
      429,
      { status: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted (e.g. check quota).' },
      'throttled',
    ],
    [429, { status: 'RESOURCE_EXHAUSTED', message: OVER_QUOTA }, 'quota_exhausted'],
    [
      429,
      { status: 'RESOURCE_EXHAUSTED', message: 'Your prepayment credits are depleted.' },
      'quota_exhausted',
    ],
    [499, { status: 'CANCELLED' }, 'request_timeout'],
    [500, { status: 'INTERNAL' }, 'server_error'],
    [503, { status: 'UNAVAILABLE' }, 'overloaded'],
    [504, { status: 'DEADLINE_EXCEEDED' }, 'server_error'],
  ] as const)('%i %j is %s', (status, fields, expected) => {
    const body = JSON.stringify({ error: { code: status, ...fields } })
    expect(failureOf(answer(body, { status }))).toMatchObject({
      class: expected,
      status,
      code: fields.status,
      providerError: body,
    })
  })

  it('is read in a list as well, as streams without events begin', () => {
    const body = JSON.stringify([{ error: { code: 503, status: 'UNAVAILABLE', message: 'later' } }])
    expect(failureOf(answer(body, { status: 503 }))).toMatchObject({ code: 'UNAVAILABLE', message: 'later' })
  })

  it.each(['<html>', '', '{}', '[]', '{"error":"no"}'])(
    'that says nothing is told by its status: %s',
    (body) => {
      expect(failureOf(answer(body, { status: 500 }))).toMatchObject({
        class: 'server_error',
        code: 'http_500',
        message: 'the provider answered with status 500',
      })
      expect(failureOf(answer(body, { status: 404 })).class).toBe('model_missing')
    },
  )

  it.each([
    ['33s', 33_000],
    ['0.250s', 250],
    ['1.000000001s', 1_001],
    ['-1s', undefined],
    ['soon', undefined],
    [33, undefined],
  ])('asks to wait %j', (given, ms) => {
    const body = JSON.stringify({ error: { code: 429, details: [null, info('x'), retry(given)] } })
    expect(failureOf(answer(body, { status: 429 })).retryAfterMs).toBe(ms)
  })

  it('asks to wait in its headers where its body does not', () => {
    const headers = new Map([['retry-after', '2']])
    expect(failureOf(answer('{}', { status: 503, headers })).retryAfterMs).toBe(2_000)
  })
})

/** Where readers look, and what they look for there. */
const FIELDS =
  'candidates content parts text thought functionCall finishReason promptFeedback blockReason embeddings values usageMetadata promptTokenCount error details'.split(
    ' ',
  )

const holderOf: fc.Arbitrary<unknown> = fc.dictionary(
  fc.constantFrom(...FIELDS),
  fc.oneof(fc.jsonValue(), fc.constantFrom('STOP', 'SAFETY', true)),
)

it.each(['generateContent', 'embedContent', 'countTokens'])(
  'has a verdict for whatever %s sends',
  (endpoint) => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each))
    const odd = fc
      .dictionary(fc.constantFrom(...FIELDS), fc.oneof(fc.jsonValue(), fc.array(holderOf), holderOf))
      .map((each) => Buffer.from(JSON.stringify(each)))
    fc.assert(
      fc.property(fc.oneof(bytes, odd), fc.integer({ min: 200, max: 600 }), (body, status) => {
        const verdict = interpret(answer(body, { status }), endpoint)
        expect(['success', 'failure']).toContain(verdict.kind)
      }),
      { numRuns: 300 },
    )
  },
)
