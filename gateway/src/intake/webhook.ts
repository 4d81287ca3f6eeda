import { BATCH_EVENT_TYPES, type BatchEventType, END_EVENT_TYPES } from '../batch/events.ts'
import { WEBHOOK_FORMATS, type WebhookFormat, type WebhookOrder } from '../storage/webhooks.ts'
import { firstUnknownKey, isObject, type Problem, shown, unknownField } from './faults.ts'

/** What an endpoint for events may be. */
export interface WebhookContext {
  /** Why an address is not called, as far as it can be told without looking its host up. */
  readonly refusal: (url: URL) => string | undefined
}

export type WebhookReading<Webhook> =
  | { readonly kind: 'webhook'; readonly webhook: Webhook }
  | { readonly kind: 'problem'; readonly problem: Problem }

const URL_CHARACTERS_MAX = 2_048
const DESCRIPTION_CHARACTERS_MAX = 200
const SECRET_PREFIX = 'whsec_'
const SECRET_BYTES = { min: 24, max: 64 }
const FIELDS = ['url', 'events', 'format', 'description', 'secret']

/** The member `webhook` of a new batch: a URL alone, or an object. */
export const readBatchWebhook = (value: unknown, context: WebhookContext): WebhookReading<WebhookOrder> => {
  if (typeof value === 'string') return readWebhook({ url: value }, 'webhook', context)
  if (isObject(value)) return readWebhook(value, 'webhook', context)
  const message = `"webhook" must be a URL or an object with "url", got ${shown(value)}`
  return { kind: 'problem', problem: { code: 'invalid_type', message, field: 'webhook' } }
}

/** The members of an object that describes an endpoint, which lies at `path`; '' is the body itself. */
export const readWebhook = (
  given: Readonly<Record<string, unknown>>,
  path: string,
  context: WebhookContext,
): WebhookReading<WebhookOrder> => {
  const at = nameAt(path)
  const unknown = firstUnknownKey(given, FIELDS)
  if (unknown !== undefined) return { kind: 'problem', problem: unknownField(at(unknown), FIELDS) }
  if (given.url == null) {
    const message = `"${at('url')}" is missing: it is where events are sent`
    return { kind: 'problem', problem: { code: 'missing_field', message, field: at('url') } }
  }
  const problem = memberProblem(given, at, context)
  if (problem) return { kind: 'problem', problem }
  const members = membersOf(given)
  return {
    kind: 'webhook',
    webhook: {
      url: String(members.url),
      events: members.events ?? END_EVENT_TYPES,
      format: members.format ?? 'standard',
      description: members.description ?? '',
      secret: typeof given.secret === 'string' ? given.secret : null,
    },
  }
}

/** What may be changed of an endpoint; what is absent stays. */
export interface WebhookMembers {
  readonly url: string | undefined
  readonly events: readonly BatchEventType[] | undefined
  readonly format: WebhookFormat | undefined
  readonly description: string | undefined
}

export const membersOf = (given: Readonly<Record<string, unknown>>): WebhookMembers => {
  const { url, events, format, description } = given
  return {
    url: typeof url === 'string' ? url : undefined,
    events: Array.isArray(events) ? BATCH_EVENT_TYPES.filter((type) => events.includes(type)) : undefined,
    format: WEBHOOK_FORMATS.find((each) => each === format),
    description: typeof description === 'string' ? description : undefined,
  }
}

/** What is wrong with the members that are given; one that is null counts as not given. */
export const memberProblem = (
  given: Readonly<Record<string, unknown>>,
  at: (name: string) => string,
  context: WebhookContext,
): Problem | undefined => {
  const { url, events, format, description, secret } = given
  return (
    (url == null ? undefined : urlProblem(url, at('url'), context)) ??
    (events == null ? undefined : eventsProblem(events, at('events'))) ??
    (format == null ? undefined : formatProblem(format, at('format'))) ??
    (description == null ? undefined : descriptionProblem(description, at('description'))) ??
    (secret == null ? undefined : secretProblem(secret, at('secret')))
  )
}

export const nameAt =
  (path: string) =>
  (name: string): string =>
    path === '' ? name : `${path}.${name}`

const urlProblem = (value: unknown, field: string, { refusal }: WebhookContext): Problem | undefined => {
  const allowed = `an address that begins with https:// or http://, of at most ${URL_CHARACTERS_MAX} characters and without user and password`
  const message = `"${field}" must be ${allowed}, got ${shown(value)}`
  if (typeof value !== 'string') return { code: 'invalid_type', message, field }
  const url = value.length <= URL_CHARACTERS_MAX && URL.canParse(value) ? new URL(value) : undefined
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:'
  if (!url || !isHttp || url.username !== '' || url.password !== '') {
    return { code: 'invalid_value', message, field }
  }
  const refused = refusal(url)
  return refused === undefined
    ? undefined
    : { code: 'webhook_address_refused', message: `"${field}": ${refused}`, field }
}

const isEventType = (value: unknown): boolean => BATCH_EVENT_TYPES.some((type) => type === value)

const eventsProblem = (value: unknown, field: string): Problem | undefined => {
  const isList = Array.isArray(value)
  if (isList && value.length > 0 && new Set(value).size === value.length && value.every(isEventType)) {
    return undefined
  }
  const wrong = isList ? value.find((each) => !isEventType(each)) : undefined
  const got = wrong === undefined ? shown(value) : shown(wrong)
  const message = `"${field}" must be a list of different ones of ${BATCH_EVENT_TYPES.join(', ')}, got ${got}`
  return { code: isList ? 'invalid_value' : 'invalid_type', message, field }
}

const formatProblem = (value: unknown, field: string): Problem | undefined =>
  WEBHOOK_FORMATS.some((format) => format === value)
    ? undefined
    : {
        code: 'invalid_value',
        message: `"${field}" must be "standard" or "slack", got ${shown(value)}`,
        field,
      }

const descriptionProblem = (value: unknown, field: string): Problem | undefined => {
  if (typeof value === 'string' && value.length <= DESCRIPTION_CHARACTERS_MAX && value.isWellFormed()) {
    return undefined
  }
  const message = `"${field}" must be a text of at most ${DESCRIPTION_CHARACTERS_MAX} characters, got ${shown(value)}`
  return { code: 'invalid_value', message, field }
}

/** It is not shown in the message: it is a secret also where it is no good one. */
const secretProblem = (value: unknown, field: string): Problem | undefined => {
  const { min, max } = SECRET_BYTES
  const encoded =
    typeof value === 'string' && value.startsWith(SECRET_PREFIX) ? value.slice(SECRET_PREFIX.length) : ''
  const bytes = Buffer.from(encoded, 'base64')
  const isWhole = bytes.toString('base64') === encoded
  if (isWhole && bytes.length >= min && bytes.length <= max) return undefined
  const message = `"${field}" must be ${SECRET_PREFIX} and the base64 of ${min} to ${max} bytes`
  return { code: 'invalid_value', message, field }
}
