import type { AnyBatch, Client } from '@sheepfold/client'
import { clientOf } from '../api-key.ts'
import type { ListOptions } from '../command-options.ts'
import { listPages } from '../report/list-pages.ts'
import { listTable, timeText } from '../report/list-table.ts'
import { countsText, idOf, requestsText } from './batch-text.ts'
import { messageCounts } from './plain-batch.ts'

const pageMax = 100

export const listBatches = async (options: ListOptions): Promise<void> => {
  const client: Client = clientOf(options, 2)
  const { entries, hasMore } = await listPages({ ...options, pageMax, idOf }, (page) =>
    client.batches.list(page),
  )
  if (options.json)
    return console.log(JSON.stringify({ data: entries.map(({ batch }) => batch), has_more: hasMore }))
  if (entries.length === 0) return console.log('There are no batches.')
  console.log(listTable(['batch', 'status', 'requests', 'model', 'created'], entries.map(rowOf)))
  const last = entries.at(-1)
  if (hasMore && last) console.error(`There are more: --after ${idOf(last)}`)
}

const rowOf = (any: AnyBatch): string[] => {
  switch (any.dialect) {
    case 'native': {
      const { batch } = any
      return [batch.batch_id, batch.status, `${batch.progress} %`, '', timeText(batch.created_at)]
    }
    case 'openai': {
      const { batch } = any
      return [batch.id, batch.status, requestsText(batch), batch.model ?? '', timeText(batch.created_at)]
    }
    case 'anthropic': {
      const { batch } = any
      const requests = countsText(messageCounts(batch))
      return [batch.id, batch.processing_status, requests, '', timeText(batch.created_at)]
    }
  }
}
