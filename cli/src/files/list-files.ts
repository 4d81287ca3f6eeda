import type { StoredFile } from '@sheepfold/client'
import { clientOf } from '../api-key.ts'
import type { ListFilesOptions } from '../command-options.ts'
import { listPages } from '../report/list-pages.ts'
import { listTable, timeText } from '../report/list-table.ts'

const pageMax = 1_000

export const listFiles = async (options: ListFilesOptions): Promise<void> => {
  const client = clientOf(options, 2)
  const { purpose } = options
  const order = { ...options, pageMax, idOf: ({ id }: StoredFile) => id }
  const { entries, hasMore } = await listPages(order, (page) =>
    client.files.list({ ...page, ...(purpose === undefined ? {} : { purpose }) }),
  )
  if (options.json) return console.log(JSON.stringify({ data: entries, has_more: hasMore }))
  if (entries.length === 0) return console.log('There are no files.')
  console.log(listTable(['file', 'purpose', 'bytes', 'name', 'created', 'expires'], entries.map(rowOf)))
  const last = entries.at(-1)
  if (hasMore && last) console.error(`There are more: --after ${last.id}`)
}

const rowOf = ({ id, purpose, bytes, filename, created_at, expires_at }: StoredFile): string[] => [
  id,
  purpose,
  bytes.toLocaleString('en-US'),
  filename,
  timeText(created_at),
  timeText(expires_at),
]
