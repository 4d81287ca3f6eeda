import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { systemClock } from '../../clock/system.ts'
import { DEFAULT_CONNECTIONS } from '../../config/default-limits.ts'
import { createHttpServers, type HttpServers } from './http-servers.ts'

/** A name such as localhost has two addresses, and each of them its own server. */

const clients: Socket[] = []
let servers: HttpServers
let opened: Server[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  servers.closeAll()
  await Promise.all(opened.map((server) => new Promise((resolve) => server.close(resolve))))
  opened = []
})

const openTwo = async (limits: Partial<typeof DEFAULT_CONNECTIONS>): Promise<readonly [Server, Server]> => {
  servers = createHttpServers({
    clock: systemClock,
    observer: { notHttp: () => undefined },
    limits: { ...DEFAULT_CONNECTIONS, ...limits },
  })
  const answer = (): Server => servers.open((_request, response) => response.end('hello'))
  const two = [answer(), answer()] as const
  opened = [...two]
  for (const server of two) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  return two
}

/** The server's side of a new connection, and the client's. */
const connectTo = async (server: Server): Promise<{ theirs: Socket; ours: Socket }> => {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen')
  const accepted = once(server, 'connection')
  const theirs = connect(address.port, '127.0.0.1').on('error', () => undefined)
  clients.push(theirs)
  const [ours] = await accepted
  return { theirs, ours }
}

it('counts the connections of all together', async () => {
  const [first, second] = await openTwo({ max: 1 })
  const { ours: one } = await connectTo(first)
  const { ours: two } = await connectTo(second)
  expect(servers.connections()).toBe(2)
  expect([servers.isSpare(one), servers.isSpare(two)]).toEqual([false, true])
})

it('ends what stalls at each of them, by limits that can change', async () => {
  const two = await openTwo({})
  servers.limit({ ...DEFAULT_CONNECTIONS, stalledMs: 100 })
  for (const server of two) {
    const { theirs } = await connectTo(server)
    theirs.resume().write('POST / HTTP/1.1\r\nHost: x\r\n')
    await once(theirs, 'close')
  }
})
