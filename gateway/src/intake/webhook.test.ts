import { describe, expect, it } from 'vitest'
import { END_EVENT_TYPES } from '../batch/events.ts'
import { readBatchWebhook, readWebhook, type WebhookContext } from './webhook.ts'

const OPEN: WebhookContext = { refusal: () => undefined }
const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
const URL_2048 = `https://h.example/${'a'.repeat(2_030)}`

const problemOf = (value: unknown, context = OPEN) => {
  const reading = readBatchWebhook(value, context)
  return reading.kind === 'problem' ? reading.problem : undefined
}

describe('the webhook of a batch', () => {
  it('is a URL alone, or an object', () => {
    const standing = { events: END_EVENT_TYPES, format: 'standard', description: '', secret: null }
    const url = 'https://hooks.example/x?y'
    expect(readBatchWebhook(url, OPEN)).toEqual({ kind: 'webhook', webhook: { ...standing, url } })
    const whole = {
      url,
      events: ['batch.failed', 'batch.created'],
      format: 'slack',
      description: 'd',
      secret: SECRET,
    }
    expect(readBatchWebhook(whole, OPEN)).toEqual({
      kind: 'webhook',
      webhook: { ...whole, events: ['batch.created', 'batch.failed'] },
    })
    const nulls = { url, events: null, format: null, description: null, secret: null }
    expect(readBatchWebhook(nulls, OPEN)).toEqual({ kind: 'webhook', webhook: { ...standing, url } })
    expect(problemOf(URL_2048)).toBeUndefined()
  })

  it.each([
    [7, 'invalid_type', 'webhook'],
    [['https://h.example'], 'invalid_type', 'webhook'],
    [{}, 'missing_field', 'webhook.url'],
    [{ url: 'https://h.example', uri: 'x' }, 'unknown_field', 'webhook.uri'],
    [{ url: 7 }, 'invalid_type', 'webhook.url'],
    ['', 'invalid_value', 'webhook.url'],
    ['hooks.example', 'invalid_value', 'webhook.url'],
    ['ftp://h.example/', 'invalid_value', 'webhook.url'],
    ['file:///etc/passwd', 'invalid_value', 'webhook.url'],
    ['javascript:alert(1)', 'invalid_value', 'webhook.url'],
    ['https://me@h.example/', 'invalid_value', 'webhook.url'],
    ['https://me:pw@h.example/', 'invalid_value', 'webhook.url'],
    [`${URL_2048}a`, 'invalid_value', 'webhook.url'],
    [{ url: 'https://h.example', events: 'batch.failed' }, 'invalid_type', 'webhook.events'],
    [{ url: 'https://h.example', events: [] }, 'invalid_value', 'webhook.events'],
    [{ url: 'https://h.example', events: ['batch.done'] }, 'invalid_value', 'webhook.events'],
    [{ url: 'https://h.example', events: ['webhook.test'] }, 'invalid_value', 'webhook.events'],
    [
      { url: 'https://h.example', events: ['batch.failed', 'batch.failed'] },
      'invalid_value',
      'webhook.events',
    ],
    [{ url: 'https://h.example', format: 'teams' }, 'invalid_value', 'webhook.format'],
    [{ url: 'https://h.example', description: 'd'.repeat(201) }, 'invalid_value', 'webhook.description'],
    [{ url: 'https://h.example', description: '\ud800' }, 'invalid_value', 'webhook.description'],
    [{ url: 'https://h.example', secret: 'hunter2' }, 'invalid_value', 'webhook.secret'],
    [{ url: 'https://h.example', secret: 'whsec_AAAA' }, 'invalid_value', 'webhook.secret'],
    [{ url: 'https://h.example', secret: `${SECRET}!` }, 'invalid_value', 'webhook.secret'],
    [
      { url: 'https://h.example', secret: `whsec_${Buffer.alloc(65).toString('base64')}` },
      'invalid_value',
      'webhook.secret',
    ],
  ])('is refused as %j', (value, code, field) => {
    expect(problemOf(value)).toMatchObject({ code, field })
  })

  it('does not repeat a secret that is no good one', () => {
    expect(problemOf({ url: 'https://h.example', secret: 'hunter2' })?.message).not.toContain('hunter2')
  })

  it('is refused where nothing is called', () => {
    const closed: WebhookContext = { refusal: ({ hostname }) => `${hostname} is inside` }
    expect(problemOf('http://10.0.0.1/', closed)).toEqual({
      code: 'webhook_address_refused',
      message: '"webhook.url": 10.0.0.1 is inside',
      field: 'webhook.url',
    })
  })

  it('of an account is named as the body itself', () => {
    expect(readWebhook({ url: 7 }, '', OPEN)).toMatchObject({ problem: { field: 'url' } })
  })
})
