import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endOnce } from './left-open.ts'

export interface TempFolder {
  readonly path: string
  end(): Promise<void>
}

export const makeTempFolder = async (): Promise<TempFolder> => {
  const path = await mkdtemp(join(tmpdir(), 'sheepfold-bench-'))
  return { path, end: endOnce(() => rm(path, { recursive: true, force: true })) }
}
