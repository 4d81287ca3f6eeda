import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { StoreError } from '../errors.ts'
import { openSqliteThread } from './client.ts'
import { lockDataDir } from './lock.ts'
import { tempFolder } from './sqlite-store.fixture.ts'

const undo: Array<() => void> = []
afterEach(() => {
  for (const each of undo.splice(0).reverse()) each()
})

const freshDataDir = (): string => {
  const folder = tempFolder()
  undo.push(folder.remove)
  return join(folder.path, 'data')
}

const HOLD_LOCK = `
  const { lockDataDir } = await import(process.argv[1])
  lockDataDir(process.argv[2])
  // What nobody refers to is collected in a later turn of the loop.
  await new Promise(setImmediate)
  globalThis.gc()
  await new Promise(setImmediate)
  console.log('locked')
  setInterval(() => {}, 1_000)`

/** Another process that holds the lock until it dies, though nothing in it refers to the lock. */
const processWithLock = async (dataDir: string): Promise<ChildProcess> => {
  const module = new URL('./lock.ts', import.meta.url).href
  const child = spawn(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', HOLD_LOCK, '--', module, dataDir],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  undo.push(() => child.kill('SIGKILL'))
  const [word] = await once(child.stdout, 'data')
  expect(String(word)).toBe('locked\n')
  return child
}

const refusal = (dataDir: string): unknown => {
  try {
    undo.push(lockDataDir(dataDir).release)
    return undefined
  } catch (error) {
    return error
  }
}

describe('the lock of a data directory', () => {
  it('lets in one, and the next one once that has let go', () => {
    const dataDir = freshDataDir()
    const lock = lockDataDir(dataDir)
    const error = refusal(dataDir)
    expect(error).toBeInstanceOf(StoreError)
    expect(error).toMatchObject({ code: 'locked', message: expect.stringContaining(dataDir) })
    lock.release()
    expect(refusal(dataDir)).toBeUndefined()
  })

  it('does not know of other directories', () => {
    expect(refusal(freshDataDir())).toBeUndefined()
    expect(refusal(freshDataDir())).toBeUndefined()
  })

  it('keeps a second process out, and is free at once when the first one is killed', async () => {
    const dataDir = freshDataDir()
    const other = await processWithLock(dataDir)
    expect(refusal(dataDir)).toMatchObject({ code: 'locked' })
    const gone = once(other, 'exit')
    other.kill('SIGKILL')
    await gone
    expect(refusal(dataDir)).toBeUndefined()
  })

  it('keeps a second store thread out, with its own words', async () => {
    const dataDir = freshDataDir()
    const lock = lockDataDir(dataDir)
    undo.push(lock.release)
    await expect(openSqliteThread({ dataDir })).rejects.toMatchObject({
      name: 'StoreError',
      code: 'locked',
      message: expect.stringContaining('stop it, or give this one another with --data'),
    })
  })
})
