import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TempDir {
  readonly path: string
  /** A data directory inside, so that configuration files lie beside it and not in it. */
  readonly dataDir: string
  [Symbol.dispose](): void
}

/** A folder that is gone after the test, also where the test's process is stopped. */
export const tempDir = (): TempDir => {
  const path = mkdtempSync(join(tmpdir(), 'sheepfold-test-'))
  const clear = (): void => rmSync(path, { recursive: true, force: true })
  process.once('exit', clear)
  return {
    path,
    dataDir: join(path, 'data'),
    [Symbol.dispose]() {
      clear()
      process.off('exit', clear)
    },
  }
}
