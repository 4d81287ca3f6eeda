import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { endOnce } from './left-open.ts'

/** Portkey's gateway, as its npm package starts it. */
export interface Portkey {
  readonly url: string
  /** Say where it is to call. */
  readonly headers: Readonly<Record<string, string>>
  end(): Promise<void>
}

const startMsMax = 30_000
const lookMs = 100

export const startPortkey = async (upstreamUrl: string): Promise<Portkey> => {
  const port = await freePort()
  const program = fileURLToPath(import.meta.resolve('@portkey-ai/gateway/build/start-server.js'))
  const child = spawn(process.execPath, [program, '--headless', `--port=${port}`], { stdio: 'ignore' })
  const exited = once(child, 'exit')
  const end = endOnce(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const url = `http://127.0.0.1:${port}`
  const headers = { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${upstreamUrl}/v1` }
  await untilAnswering(url)
  return { url, headers, end }
}

/** It takes no port 0. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}

const untilAnswering = async (url: string): Promise<void> => {
  const signal = AbortSignal.timeout(startMsMax)
  for (;;) {
    const answer = await fetch(url, { signal }).catch(() => undefined)
    if (answer) return
    await sleep(lookMs, undefined, { signal })
  }
}
