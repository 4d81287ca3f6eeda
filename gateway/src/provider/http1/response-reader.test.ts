import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ResponseReader } from './response-reader.ts'

const CHUNKED = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Twice: a\r\nx-twice: b\r\n'

const chunkedOf = (parts: readonly Buffer[]): Buffer =>
  Buffer.concat([
    ...parts.flatMap((part) => [
      Buffer.from(`${part.length.toString(16)};ext=1\r\n`),
      part,
      Buffer.from('\r\n'),
    ]),
    Buffer.from('0\r\nx-trailer: t\r\n\r\n'),
  ])

/** Reads bytes in pieces, each in a buffer that is overwritten afterwards, as the shared one of sockets is. */
const readInPieces = (
  bytes: Buffer,
  sizes: readonly number[],
  bytesMax = 1_000_000,
  take?: (piece: Buffer) => void,
) => {
  const reader = new ResponseReader(bytesMax, () => take)
  let at = 0
  for (let turn = 0; at < bytes.length && !reader.isDone && !reader.isTooLarge; turn += 1) {
    const piece = Buffer.from(bytes.subarray(at, at + (sizes[turn % sizes.length] ?? 1)))
    const used = reader.read(piece)
    if (reader.isDone) at += used
    else at += piece.length
    piece.fill(0x7e)
  }
  return { reader, used: at }
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })
const parts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { maxLength: 6 })

describe('a response, however the network cut it', () => {
  it('with a length is read to its last byte and no further', () => {
    fc.assert(
      fc.property(parts, sizes, (given, cuts) => {
        const body = Buffer.concat(given)
        const whole = Buffer.concat([Buffer.from(`${HEAD}content-length: ${body.length}\r\n\r\n`), body])
        const { reader, used } = readInPieces(Buffer.concat([whole, Buffer.from('HTTP/1.1 200')]), cuts)
        expect(reader.isDone).toBe(true)
        expect(used).toBe(whole.length)
        expect(reader.body().equals(body)).toBe(true)
        expect(reader.head?.headers.get('x-twice')).toBe('a, b')
        expect(reader.head?.keepAlive).toBe(true)
      }),
    )
  })

  it('in chunks comes out without the coding', () => {
    fc.assert(
      fc.property(parts, sizes, (given, cuts) => {
        const chunks = given.map((part) => Buffer.from(part))
        const whole = Buffer.concat([
          Buffer.from(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`),
          chunkedOf(chunks),
        ])
        const { reader, used } = readInPieces(whole, cuts)
        expect(reader.isDone).toBe(true)
        expect(used).toBe(whole.length)
        expect(reader.body().equals(Buffer.concat(chunks))).toBe(true)
      }),
    )
  })

  it('is handed on whole where its pieces are taken, with a length or in chunks', () => {
    fc.assert(
      fc.property(parts, sizes, fc.boolean(), (given, cuts, isChunked) => {
        const chunks = given.map((part) => Buffer.from(part))
        const body = Buffer.concat(chunks)
        const framed = isChunked
          ? [Buffer.from(`${HEAD}transfer-encoding: chunked\r\n\r\n`), chunkedOf(chunks)]
          : [Buffer.from(`${HEAD}content-length: ${body.length}\r\n\r\n`), body]
        const taken: Buffer[] = []
        const { reader } = readInPieces(Buffer.concat(framed), cuts, 1, (piece) => taken.push(piece))
        expect(reader.isDone).toBe(true)
        expect(reader.body()).toHaveLength(0)
        expect(taken.every(({ length }) => length > 0)).toBe(true)
        expect(Buffer.concat(taken).equals(body)).toBe(true)
      }),
    )
  })

  it('without a length lasts until the connection closes', () => {
    const reader = new ResponseReader(100)
    reader.read(Buffer.from(`${HEAD}\r\nab`))
    reader.read(Buffer.from('c'))
    expect(reader.isDone).toBe(false)
    expect(reader.end()).toBe(true)
    expect(reader.body().toString()).toBe('abc')
    expect(reader.head?.keepAlive).toBe(false)
  })

  it('is announced by 100 Continue, or has no body at all', () => {
    const { reader } = readInPieces(
      Buffer.from(
        'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
      ),
      [7],
    )
    expect(reader.head?.status).toBe(204)
    expect(reader.isDone).toBe(true)
    expect(reader.body()).toHaveLength(0)
  })

  it('is given up where it is longer than allowed, by what it says or by what comes', () => {
    expect(readInPieces(Buffer.from(`${HEAD}content-length: 11\r\n\r\n`), [99], 10).reader.isTooLarge).toBe(
      true,
    )
    const chunked = Buffer.from(`${HEAD}transfer-encoding: chunked\r\n\r\nb\r\n`)
    const { reader } = readInPieces(Buffer.concat([chunked, Buffer.alloc(11)]), [99], 10)
    expect(reader.isTooLarge).toBe(true)
    expect(reader.body()).toHaveLength(0)
  })
})

describe('what is refused as no HTTP/1.1', () => {
  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['HTTP/2 in clear', 'HTTP/2 200\r\n\r\n'],
    ['a switch of protocol', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n'],
    ['a folded header', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n'],
    ['a name with a space', 'HTTP/1.1 200 OK\r\ncontent-length : 1\r\n\r\n'],
    ['a bare line feed', 'HTTP/1.1 200 OK\r\na: b\ncontent-length: 1\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'],
    ['an encoding that is not chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
    ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n'],
    ['a chunk longer than it said', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nabc\r\n'],
    ['a length and chunks', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n'],
    [
      'chunks within chunks',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n',
    ],
    ['a chunk of a negative size', `${CHUNKED}-1\r\n`],
    ['a chunk of a size beyond all numbers', `${CHUNKED}fffffffffffff\r\n`],
    ['a chunk with a bare line feed', `${CHUNKED}1\na\r\n`],
    ['extensions without end', `${CHUNKED}${`1;${'x'.repeat(4_000)}\r\na\r\n`.repeat(20)}`],
    ['trailers without end', `${CHUNKED}0\r\n${'a: b\r\n'.repeat(20_000)}`],
    ['announcements without end', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(20)],
    ['headers without end', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(12_000)}`],
  ])('%s', (_what, text) => {
    expect(() => new ResponseReader(1_000).read(Buffer.from(text))).toThrow()
  })

  it('and never with anything but an error of its own', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', `${HEAD}\r\n`, `${HEAD}transfer-encoding: chunked\r\n\r\n`),
        (bytes, head) => {
          try {
            new ResponseReader(1_000).read(Buffer.concat([Buffer.from(head), bytes]))
          } catch (error) {
            expect(error).toMatchObject({ name: 'BadResponse' })
          }
        },
      ),
    )
  })
})
