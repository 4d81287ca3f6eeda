import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type AuditReport, openOperatorStore } from '@sheepfold/gateway'
import { databaseUrlOf, rowsOf } from './store-place.ts'

/** The audit of the books, in this process: after a kill it reads what the next start would find. */
export const auditOf = async (dataDir: string): Promise<AuditReport> => {
  const store = await openOperatorStore({ dataDir, databaseUrl: databaseUrlOf(dataDir) }, { create: false })
  try {
    return await store.audit.audit()
  } finally {
    await store.close()
  }
}

/** Every file of a data directory but the database's own, by its name below `blobs/`. */
export const blobsOnDisk = (dataDir: string): string[] => {
  const root = join(dataDir, 'blobs')
  for (;;) {
    try {
      return readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
        .toSorted()
    } catch (error) {
      // The server removes a folder with its last blob, perhaps between the look above it and the look into it.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT') || !existsSync(root))
        throw error
    }
  }
}

/** The inputs and segments that the database knows of. */
export const blobsNamed = async (dataDir: string): Promise<string[]> => {
  const rows = await rowsOf(
    dataDir,
    `SELECT blob AS name FROM batch WHERE purged_at IS NULL
     UNION SELECT segment FROM shard WHERE segment IS NOT NULL`,
  )
  return rows.map(({ name }) => String(name)).toSorted()
}

/** Whether a text is still somewhere below the directory: in a blob, the database or its log. */
export const isOnDisk = (dataDir: string, text: string): boolean =>
  readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text))
