import { createInterface } from 'node:readline'
import { startCluster } from './cluster.ts'

/**
 * A process that keeps a cluster for as long as its stdin is open: also a test run that is killed takes its
 * PostgreSQL with it. Prints the address once it can be used; a line `crash` ends and restarts it.
 */
const cluster = await startCluster()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Ctrl-C reaches every process of the terminal; the end of stdin follows, and then nobody uses it any more.
  process.on(signal, () => {})
}
// A line that nobody reads any more is no reason to leave a cluster behind.
process.stdout.on('error', () => {})
process.stdout.write(`${cluster.url}\n`)
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'crash') continue
  await cluster.crashAndRestart()
  process.stdout.write('restarted\n')
}
await cluster.remove()
