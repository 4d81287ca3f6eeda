import { execFile } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findPostgres } from './binaries.ts'

const run = promisify(execFile)

/** A PostgreSQL of our own, with nothing in it, below a temporary folder. */
export interface Cluster {
  /** Of its superuser, without a database's name: `postgres://postgres@127.0.0.1:PORT`. */
  readonly url: string
  /** Ends every process of it at once, as if the machine had lost its power, and starts it again. */
  crashAndRestart(): Promise<void>
  /** Ends it and removes its files. */
  remove(): Promise<void>
}

/** `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = 65_534
/** A port that was free a moment ago may be taken. */
const STARTS_MAX = 3

export const startCluster = async (): Promise<Cluster> => {
  const folder = mkdtempSync(join(tmpdir(), 'sheepfold-pg-'))
  const clear = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const server = await makeServer(folder)
    return {
      url: `postgres://postgres@127.0.0.1:${await startOnFreePort(server)}`,
      async crashAndRestart() {
        await server.control('stop', '-m', 'immediate')
        await server.control('start')
      },
      async remove() {
        await server.control('stop', '-m', 'immediate').catch(() => {})
        clear()
      },
    }
  } catch (error) {
    clear()
    throw error
  }
}

interface Server {
  usePort(port: number): void
  control(...words: readonly string[]): Promise<void>
}

const makeServer = async (folder: string): Promise<Server> => {
  const asRoot = process.getuid?.() === 0
  if (asRoot) {
    chmodSync(folder, 0o755)
    chownSync(folder, NOBODY, NOBODY)
  }
  const bin = await findPostgres(folder)
  const data = join(folder, 'data')
  const options = {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, LC_ALL: 'C.UTF-8' },
    ...(asRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  }
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C.UTF-8']
  await run(join(bin, 'initdb'), initdb, options)
  let port = 0
  return {
    usePort(given) {
      port = given
    },
    async control(...words) {
      // Nothing is synced: a test that kills the server keeps what the operating system has.
      const settings = `-p ${port} -k ${folder} -h 127.0.0.1 -F -c full_page_writes=off -c synchronous_commit=off -c max_connections=300`
      await run(
        join(bin, 'pg_ctl'),
        ['-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, ...words],
        options,
      )
    },
  }
}

const startOnFreePort = async (server: Server): Promise<number> => {
  for (let starts = 1; ; starts += 1) {
    const port = await freePort()
    server.usePort(port)
    try {
      await server.control('start')
      return port
    } catch (error) {
      if (starts === STARTS_MAX) throw error
    }
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
