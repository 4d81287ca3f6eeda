import { createHash, webcrypto } from 'node:crypto'

/**
 * Tells whether two files are the same: the SHA-256 of the SHA-256s of their blocks. Blocks are digested by
 * threads of the pool, so that the loop which reads a file does not spend a third of its time on this.
 */
export class Fingerprint {
  readonly #digests: Array<Promise<ArrayBuffer>> = []

  /** The block is not changed before this resolves. */
  async add(block: Uint8Array<ArrayBuffer>): Promise<void> {
    const digest = webcrypto.subtle.digest('SHA-256', block)
    this.#digests.push(digest)
    await digest
  }

  async hex(): Promise<string> {
    const whole = createHash('sha256')
    for (const digest of this.#digests) whole.update(new Uint8Array(await digest))
    return whole.digest('hex')
  }
}
