/** Files that come in parts, of one account. */
export interface UploadStore {
  createUpload(upload: NewUpload): Promise<UploadView>
  upload(id: string): Promise<UploadView | undefined>
  /** False where the upload is not pending any more. */
  addPart(upload: string, part: UploadPart): Promise<boolean>
  parts(upload: string): Promise<UploadPart[]>
  /** Compare-and-set from pending, with the file that its parts became; undefined where it was not pending. */
  completeUpload(id: string, file: string): Promise<UploadView | undefined>
  cancelUpload(id: string): Promise<UploadView | undefined>
}

export interface NewUpload {
  readonly id: string
  readonly filename: string
  readonly purpose: string
  readonly mimeType: string
  readonly bytes: number
  /** Of the file, counted from its creation; null: what its purpose has. */
  readonly fileExpiresMs: number | null
  /** Parts are taken for so long. */
  readonly pendingMs: number
}

export interface UploadPart {
  readonly id: string
  readonly blob: string
  readonly bytes: number
}

export interface UploadView extends Omit<NewUpload, 'pendingMs'> {
  /** `expired` is a pending one whose time is over. */
  readonly state: 'pending' | 'completed' | 'cancelled' | 'expired'
  readonly file: string | null
  readonly createdAt: number
  readonly expiresAt: number
}
