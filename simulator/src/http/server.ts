import type { Socket } from 'node:net'
import { createServer } from 'node:net'
import type { SimulatorOptions } from '../core/options.ts'
import { createSimulator } from '../core/simulator.ts'
import type { Simulator } from '../core/types.ts'
import { Connection } from './connection.ts'
import { Outbox } from './outbox.ts'

export interface SimulatorServerOptions extends SimulatorOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number
  readonly host?: string
}

export interface SimulatorServer {
  /** `http://127.0.0.1:PORT`, without `/v1`. */
  readonly url: string
  readonly port: number
  /** The core behind it: faults, tape and counts without a call over HTTP. */
  readonly simulator: Simulator
  /** Cuts every connection; resolves when the port is free. */
  close(): Promise<void>
}

/** Steady, and close to the wall's time: a clock that is set must not look like a burst to the rate limits. */
const { timeOrigin } = performance
const clock = { now: () => timeOrigin + performance.now() }

/** All providers on one port, with real time. */
export const startSimulator = (options: SimulatorServerOptions = {}): Promise<SimulatorServer> => {
  const { port = 0, host = '127.0.0.1', ...simulated } = options
  const simulator = createSimulator({ ...simulated, clock })
  const outbox = new Outbox()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    new Connection(socket, simulator, outbox)
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    // Benches open a thousand connections at once, and a queue of 511 makes some wait a second for their SYN.
    server.listen({ port, host, backlog: 4_096 }, () => {
      server.off('error', reject)
      const address = server.address()
      if (address === null || typeof address === 'string')
        return reject(new Error(`no port for ${host}:${port}`))
      const named = host.includes(':') ? `[${host}]` : host
      resolve({ url: `http://${named}:${address.port}`, port: address.port, simulator, close })
    })
  })
}
