import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Two runs over one checkpoint would send everything twice. The file names the process that holds it; one
 * whose process is gone, as after a kill, is taken over.
 */
export const takeLock = (path: string): (() => void) => {
  for (let again = 0; again < 2; again++) {
    if (create(path)) return () => rmSync(path, { force: true })
    const owner = ownerOf(path)
    if (owner !== undefined) {
      const what = `Another run (process ${owner}) works on this checkpoint.`
      throw new Error(`${what} If that is not so, remove ${path}.`)
    }
    rmSync(path, { force: true })
  }
  throw new Error(`Another run started at the same moment; ${path} is its lock.`)
}

/** By a link, so that the file is never there without its number. */
const create = (path: string): boolean => {
  const mine = `${path}.${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    linkSync(mine, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(mine, { force: true })
  }
}

/** Undefined where nobody holds it. In a container the run that was killed may have had our own number. */
const ownerOf = (path: string): number | undefined => {
  const pid = Number(readFileSync(path, 'utf8'))
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return undefined
  try {
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return codeOf(error) === 'EPERM' ? pid : undefined
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined)
