import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A PostgreSQL of our own, which ends with this process however that ends. */
export interface KeptCluster {
  /** Without a database's name: `postgres://postgres@127.0.0.1:PORT`. */
  readonly url: string
  /** Ends every process of it at once, as if the machine had lost its power, and starts it again. */
  crashAndRestart(): Promise<void>
  remove(): Promise<void>
}

/** Rejects with the one line that says what is missing, where there is no PostgreSQL. */
export const keepCluster = async (): Promise<KeptCluster> => {
  const keeper = spawn(process.execPath, [join(import.meta.dirname, 'keep-cluster.ts')], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const closed = once(keeper, 'close')
  let complaint = ''
  keeper.stderr.on('data', (bytes) => {
    complaint += bytes
  })
  const lines = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]()
  const nextLine = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (!done) return value
    await closed
    throw new Error(messageOf(complaint))
  }
  return {
    url: await nextLine(),
    async crashAndRestart() {
      keeper.stdin.write('crash\n')
      await nextLine()
    },
    async remove() {
      keeper.stdin.end()
      await closed
    },
  }
}

/** What a process writes that ends by an error, without where it happened. */
const messageOf = (complaint: string): string => /^Error: (.*)$/m.exec(complaint)?.[1] ?? complaint
