/**
 * Where bodies live: inputs, segments, answers too large for the journal. Names are `/`-separated and
 * contain only [A-Za-z0-9_.-] between the slashes; a name is written once and never rewritten.
 */
export interface Blobs {
  /** Opens a new blob for writing. Nothing is readable, nor survives a crash, before `commit`. */
  create(name: string): Promise<BlobWriter>
  /**
   * Reads bytes `[start, start + length)`; fewer where the blob ends before. Rejects with BlobMissing. They may
   * lie in `into`, where it is given: for one who reads many pieces and is done with each before the next.
   */
  read(name: string, start: number, length: number, into?: Buffer): Promise<Buffer>
  /** Removes a blob; a name that does not exist is fine. */
  remove(name: string): Promise<void>
  /** Every committed name below a prefix, with its size in bytes. */
  list(prefix: string): AsyncIterable<{ name: string; bytes: number }>
}

export interface BlobWriter {
  /**
   * Takes the bytes over (the caller does not change them afterwards). Resolves when they are written; the next
   * ones may be given before, and lie behind them in the order in which they were given.
   */
  write(bytes: Uint8Array): Promise<void>
  /** Makes the whole blob durable under its name. */
  commit(): Promise<{ bytes: number }>
  /** Drops what was written. Safe to call after a failed write or commit. */
  abort(): Promise<void>
}

export class BlobMissing extends Error {
  override name = 'BlobMissing'
}
