import type { ChangeWebhook, WebhookDelivery, WebhookEndpoint } from '@sheepfold/client'
import { clientOf } from '../api-key.ts'
import type { AddWebhookOptions, ListOptions, RemoteOptions } from '../command-options.ts'
import { listPages } from '../report/list-pages.ts'
import { factTable, listTable, timeText } from '../report/list-table.ts'

const pageMax = 100
const idOf = ({ id }: { readonly id: string }): string => id

export const listWebhooks = async (options: ListOptions): Promise<void> => {
  const client = clientOf(options, 2)
  const { entries, hasMore } = await listPages({ ...options, pageMax, idOf }, (page) =>
    client.webhooks.list(page),
  )
  if (options.json) return console.log(JSON.stringify({ data: entries, has_more: hasMore }))
  if (entries.length === 0) return console.log('There are no webhooks.')
  console.log(listTable(['webhook', 'state', 'format', 'events', 'url'], entries.map(webhookRow)))
  tellMore(hasMore, entries)
}

const webhookRow = ({ id, enabled, failing_since, format, events, url }: WebhookEndpoint): string[] => [
  id,
  enabled ? (failing_since === null ? 'enabled' : 'failing') : 'disabled',
  format,
  events.map((event) => event.replace(/^batch\./, '')).join(','),
  url,
]

/** The secret is shown this once. */
export const addWebhook = async (url: string, options: AddWebhookOptions): Promise<void> => {
  const { events, format, description } = options
  const webhook = await clientOf(options, 0).webhooks.create({
    url,
    ...(events === undefined ? {} : { events }),
    ...(format === undefined ? {} : { format }),
    ...(description === undefined ? {} : { description }),
  })
  if (options.json) return console.log(JSON.stringify(webhook))
  console.log(factTable([...facts(webhook), ['secret', webhook.secret]]))
  console.log('The secret is shown this once: receivers check with it who sends.')
}

const facts = (webhook: WebhookEndpoint): Array<readonly [string, string | null]> => [
  ['webhook', webhook.id],
  ['url', webhook.url],
  ['events', webhook.events.join(', ')],
  ['format', webhook.format],
  ['state', webhook.enabled ? 'enabled' : `disabled: ${webhook.disabled_reason}`],
  ['description', webhook.description],
]

export const setWebhook = async (
  id: string,
  change: ChangeWebhook,
  options: RemoteOptions,
): Promise<void> => {
  const webhook = await clientOf(options, 2).webhooks.change(id, change)
  console.log(options.json ? JSON.stringify(webhook) : factTable(facts(webhook)))
}

export const removeWebhook = async (id: string, options: RemoteOptions): Promise<void> => {
  await clientOf(options, 2).webhooks.delete(id)
  console.log(options.json ? JSON.stringify({ id, deleted: true }) : `${id} is removed.`)
}

export const testWebhook = async (id: string, options: RemoteOptions): Promise<void> =>
  tellSent(await clientOf(options, 0).webhooks.test(id), options)

export const replayDelivery = async (id: string, event: string, options: RemoteOptions): Promise<void> =>
  tellSent(await clientOf(options, 2).webhooks.replay(id, event), options)

const tellSent = (delivery: WebhookDelivery, { json }: RemoteOptions): void =>
  console.log(json ? JSON.stringify(delivery) : `${delivery.id} (${delivery.type}) is on its way.`)

export const listDeliveries = async (id: string, options: ListOptions): Promise<void> => {
  const client = clientOf(options, 2)
  const { entries, hasMore } = await listPages({ ...options, pageMax, idOf }, (page) =>
    client.webhooks.deliveries(id, page),
  )
  if (options.json) return console.log(JSON.stringify({ data: entries, has_more: hasMore }))
  if (entries.length === 0) return console.log('Nothing was sent yet.')
  const head = ['event', 'type', 'state', 'attempts', 'created', 'next attempt', 'last error']
  console.log(listTable(head, entries.map(deliveryRow)))
  tellMore(hasMore, entries)
}

const deliveryRow = (delivery: WebhookDelivery): string[] => [
  delivery.id,
  delivery.type,
  delivery.state,
  String(delivery.attempts),
  timeText(delivery.created_at),
  timeText(delivery.next_attempt_at),
  delivery.last_error ?? '',
]

const tellMore = (hasMore: boolean, entries: ReadonlyArray<{ readonly id: string }>): void => {
  const last = entries.at(-1)
  if (hasMore && last) console.error(`There are more: --after ${last.id}`)
}
