import { createSocket, type Socket } from 'node:dgram'
import { afterEach, describe, expect, it } from 'vitest'
import { networkOf } from './addresses.ts'
import { createResolve } from './resolve.ts'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

const A = 1
const AAAA = 28

/** A name server that knows these records; of other names it says that there are none. */
const startNameServer = async (
  records: Readonly<Record<string, Partial<Record<number, readonly Uint8Array[]>>>>,
): Promise<string> => {
  const socket = createSocket('udp4')
  sockets.push(socket)
  socket.on('message', (query, { port, address }) => {
    const { name, type, end } = questionOf(query)
    const found = records[name]
    const answers = (found?.[type] ?? []).map((data) => record(type, data))
    const head = Buffer.from([
      query[0] ?? 0,
      query[1] ?? 0,
      0x81,
      found ? 0x80 : 0x83,
      0,
      1,
      0,
      answers.length,
      0,
      0,
      0,
      0,
    ])
    socket.send(Buffer.concat([head, query.subarray(12, end), ...answers]), port, address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return `127.0.0.1:${socket.address().port}`
}

const questionOf = (query: Buffer): { name: string; type: number; end: number } => {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString())
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** Its name is that of the question, at byte 12; it is good for no second. */
const record = (type: number, data: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]), data])

const PUBLIC_V6 = Uint8Array.from([0x26, 0x06, 0x47, 0, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11])

describe('a host that a client named', () => {
  it('is asked for at the name servers, in both families', async () => {
    const server = await startNameServer({
      'both.test': {
        [A]: [Uint8Array.from([8, 8, 8, 8]), Uint8Array.from([10, 0, 0, 1])],
        [AAAA]: [PUBLIC_V6],
      },
      'new.test': { [AAAA]: [PUBLIC_V6] },
    })
    const resolve = createResolve({ nameServers: [server] })
    expect(await resolve('both.test', { trusted: false })).toEqual([
      '8.8.8.8',
      '10.0.0.1',
      '2606:4700:4700::1111',
    ])
    expect(await resolve('new.test', { trusted: false })).toEqual(['2606:4700:4700::1111'])
    await expect(resolve('none.test', { trusted: false })).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })
})

describe('a host that the operator trusts', () => {
  it('is looked up as this machine does, with its own names', async () => {
    const found = await createResolve({ nameServers: ['127.0.0.1:1'] })('localhost', { trusted: true })
    expect(found.length).toBeGreaterThan(0)
    expect(found.map(networkOf)).toEqual(found.map(() => 'this machine'))
  })
})
