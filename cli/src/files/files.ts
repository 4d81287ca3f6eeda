import { closeSync, existsSync, openAsBlob, openSync } from 'node:fs'
import { basename } from 'node:path'
import type { StoredFile } from '@sheepfold/client'
import { clientOf } from '../api-key.ts'
import type { ContentOptions, RemoteOptions, UploadOptions } from '../command-options.ts'
import { factTable, timeText } from '../report/list-table.ts'
import { print } from '../report/print.ts'
import { replaceFileBy, writeAll } from '../run/durable.ts'

export const showFile = async (id: string, options: RemoteOptions): Promise<void> =>
  tell(await clientOf(options, 2).files.get(id), options)

export const uploadFile = async (path: string, options: UploadOptions): Promise<void> => {
  if (!existsSync(path)) throw new Error(`${path} does not exist`)
  const content = await openAsBlob(path)
  const { purpose } = options
  tell(await clientOf(options, 5).files.upload({ content, filename: basename(path), purpose }), options)
}

/** Its bytes as they are, on standard output or in a file. */
export const fileContent = async (id: string, options: ContentOptions): Promise<void> => {
  const bytes = await clientOf(options, 5).files.content(id)
  if (options.out === undefined) {
    for await (const piece of bytes) await print(piece)
    return
  }
  await replaceFileBy(options.out, async (next) => {
    const file = openSync(next, 'w')
    try {
      for await (const piece of bytes) writeAll(file, piece)
    } finally {
      closeSync(file)
    }
  })
}

export const deleteFile = async (id: string, options: RemoteOptions): Promise<void> => {
  await clientOf(options, 2).files.delete(id)
  console.log(options.json ? JSON.stringify({ id, deleted: true }) : `${id} is deleted.`)
}

const tell = (file: StoredFile, { json }: RemoteOptions) =>
  console.log(
    json
      ? JSON.stringify(file)
      : factTable([
          ['file', file.id],
          ['name', file.filename],
          ['purpose', file.purpose],
          ['bytes', file.bytes.toLocaleString('en-US')],
          ['status', file.status],
          ['created', timeText(file.created_at)],
          ['expires', timeText(file.expires_at)],
        ]),
  )
