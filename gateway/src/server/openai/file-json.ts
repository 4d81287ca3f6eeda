import type { FileView } from '../../storage/tenant-files.ts'

/** The file object; times are whole seconds. */
export const fileJson = (file: FileView): Readonly<Record<string, unknown>> => ({
  id: file.id,
  object: 'file',
  bytes: file.bytes,
  created_at: seconds(file.createdAt),
  expires_at: file.expiresAt === null ? null : seconds(file.expiresAt),
  filename: file.filename,
  purpose: file.purpose,
  status: 'processed',
  status_details: null,
})

export const seconds = (ms: number): number => Math.floor(ms / 1_000)

export const secondsOrNull = (ms: number | null): number | null => (ms === null ? null : seconds(ms))

/** A page of a list; `more` is one element beyond it, where there is one. */
export const listJson = <Item extends { readonly id: string }>(
  items: readonly Item[],
  limit: number,
  render: (item: Item) => unknown,
): Readonly<Record<string, unknown>> => {
  const page = items.slice(0, limit)
  return {
    object: 'list',
    data: page.map(render),
    first_id: page.at(0)?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: items.length > limit,
  }
}
