import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bodyBytesMax, FramingError, RequestReader } from './framing.ts'

const read = (pieces: readonly Buffer[]) => {
  const reader = new RequestReader()
  const requests: { method: string; path: string; body: string }[] = []
  for (const piece of pieces) {
    reader.push(piece)
    for (let next = reader.next(); next !== undefined; next = reader.next()) {
      requests.push({ method: next.head.method, path: next.head.path, body: next.body.toString() })
    }
  }
  return requests
}

const statusOf = (text: string): number => {
  try {
    read([Buffer.from(text, 'latin1')])
    return 200
  } catch (error) {
    if (error instanceof FramingError) return error.status
    throw error
  }
}

const stream = Buffer.from(
  [
    'POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
    '\r\nPOST /two HTTP/1.1\r\nhost:a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n',
    'GET /three?q HTTP/1.1\r\nHost: a\r\n\r\n',
    'POST http://a:1/four HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
    'POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nworld',
  ].join(''),
)
const requests = [
  { method: 'POST', path: '/one', body: 'hello' },
  { method: 'POST', path: '/two', body: 'abc0123456789' },
  { method: 'GET', path: '/three?q', body: '' },
  { method: 'POST', path: '/four', body: '' },
  { method: 'POST', path: '/one', body: 'world' },
]

describe('RequestReader', () => {
  it('finds the same requests wherever the packets are cut', () => {
    expect(read([stream])).toEqual(requests)
    expect(read(Array.from(stream, (byte) => Buffer.from([byte])))).toEqual(requests)
    const cuts = fc.array(fc.nat(stream.length), { maxLength: 12 })
    fc.assert(
      fc.property(cuts, (places) => {
        const at = [0, ...places.sort((one, other) => one - other), stream.length]
        expect(read(at.slice(1).map((end, n) => stream.subarray(at[n], end)))).toEqual(requests)
      }),
    )
  })

  it('joins headers that came twice, and knows names in any case', () => {
    const reader = new RequestReader()
    reader.push(Buffer.from('GET / HTTP/1.1\r\nHOST: h\r\nX-A: 1\r\nx-a:  2 \r\nConnection: Close\r\n\r\n'))
    const head = reader.next()?.head
    expect(head?.headers).toEqual({ host: 'h', 'x-a': '1, 2', connection: 'Close' })
    expect(head?.keepAlive).toBe(false)
  })

  it('asks once for a body that waits to be asked for', () => {
    const reader = new RequestReader()
    reader.push(
      Buffer.from('POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n'),
    )
    expect(reader.next()).toBeUndefined()
    expect([reader.takeContinue(), reader.takeContinue()]).toEqual([true, false])
    reader.push(Buffer.from('hi'))
    expect(reader.next()?.body.toString()).toBe('hi')
  })

  const hostile: [string, string, number][] = [
    ['no HTTP at all', '\x16\x03\x01\x02\x00\x01\r\n\r\n', 400],
    ['no target', 'GET HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['a target that is no path', 'GET evil HTTP/1.1\r\nHost: a\r\n\r\n', 400],
    ['an older version', 'GET / HTTP/1.0\r\nHost: a\r\n\r\n', 505],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', 400],
    [
      'both lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n', 400],
    ['a list of lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\n', 400],
    ['a signed length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\n', 400],
    ['a hexadecimal length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\n', 400],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n', 400],
    ['an unknown coding', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n', 501],
    ['a hidden coding', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0bchunked\r\n\r\n', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', 400],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n', 400],
    ['a bare line feed', 'GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n', 400],
    ['a bare carriage return', 'GET / HTTP/1.1\r\nHost: a\rX: 1\r\n\r\n', 400],
    ['a NUL', 'GET / HTTP/1.1\r\nHost: a\x00\r\n\r\n', 400],
    ['no colon', 'GET / HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n', 400],
    ['endless headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(70_000)}`, 431],
    ['many headers', `GET / HTTP/1.1\r\nHost: a\r\n${'X: 1\r\n'.repeat(300)}\r\n`, 431],
    ['too long a body', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${bodyBytesMax + 1}\r\n\r\n`, 413],
    ['a chunk without a size', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n', 400],
    ['a chunk of size -1', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n', 400],
    [
      'a chunk longer than its size',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n',
      400,
    ],
    [
      'a chunk beyond the limit',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n',
      413,
    ],
    [
      'an endless size line',
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(2_000)}`,
      400,
    ],
  ]

  it.each(hostile)('refuses %s', (_, text, status) => {
    expect(statusOf(text)).toBe(status)
  })

  it('takes a header named like a property for what it is', () => {
    expect(
      statusOf(
        'GET / HTTP/1.1\r\nHost: a\r\n__proto__: x\r\nconstructor: y\r\nstatus: 1\r\nproblem: 2\r\n\r\n',
      ),
    ).toBe(200)
  })

  it('never throws anything else, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        statusOf(Buffer.from(bytes).toString('latin1'))
        statusOf(
          `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${Buffer.from(bytes).toString('latin1')}`,
        )
      }),
    )
  })
})
