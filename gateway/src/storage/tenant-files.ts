import type { NewShard, SegmentPart } from './shards.ts'

/** The files of one account: those it uploaded, and the output and error files of its batches. */
export interface FileStore {
  /** Opens a file that is being uploaded: nobody sees it before `endFile`. */
  beginFile(file: NewFile): Promise<void>
  addFileShards(file: string, shards: readonly NewShard[]): Promise<void>
  /** From here on it is there. */
  endFile(file: string, end: FileEnd): Promise<FileView>
  /** Files of the last ten minutes that an upload which is sent again may have made before, the newest first. */
  uploadedLately(upload: UploadedFile): Promise<FileView[]>
  /** Forgets a file whose upload failed. */
  dropFile(file: string): Promise<void>
  file(id: string): Promise<FileView | undefined>
  /** What intake found in an uploaded file, as it encoded it; undefined where there is no such file. */
  fileContents(id: string): Promise<StoredContents | undefined>
  files(page: FilePage): Promise<FileView[]>
  /**
   * Tombstones the file at once; its bytes stay until the last batch that uses it has ended. False where there is no
   * such file; one that was deleted minutes ago counts where the client library says that it asks `again`.
   */
  removeFile(id: string, call?: { readonly again: boolean }): Promise<boolean>
}

export interface NewFile {
  readonly id: string
  readonly apiKey: string
  readonly blob: string
}

/** What an upload says of its file, and how large it was. */
export interface UploadedFile {
  readonly apiKey: string
  readonly purpose: string
  readonly filename: string
  readonly bytes: number
}

/** What is known of a file once all of it has come. */
export interface FileEnd {
  readonly purpose: string
  readonly filename: string
  readonly bytes: number
  readonly contents: string | null
  /** No batch can be made of it: its shards are forgotten. */
  readonly dropShards: boolean
  /** From its creation; null: it is kept. */
  readonly expiresMs: number | null
}

export interface FilePage {
  readonly limit: number
  readonly order: 'asc' | 'desc'
  /** The last file of the page before. */
  readonly after?: string | undefined
  readonly purpose?: string | undefined
}

export interface FileView {
  readonly id: string
  readonly purpose: string
  readonly filename: string
  readonly bytes: number
  readonly createdAt: number
  readonly expiresAt: number | null
  /** Null where the segments of its batch are its bytes. */
  readonly blob: string | null
  readonly batch: string | null
  readonly part: SegmentPart | null
}

export interface StoredContents {
  readonly blob: string | null
  /** As intake encoded it; null where it was not read. */
  readonly contents: string | null
}
