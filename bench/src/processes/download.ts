import { connect } from 'node:net'

const READ_BYTES = 262_144
const HEAD_END = '\r\n\r\n'

/** Fetches a body with as little work of our own as can be: bytes are counted and dropped. */
export const download = ({ url, apiKey }: { url: string; apiKey?: string }): Promise<number> =>
  new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url)
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
    let head = ''
    let expected = -1
    let bytes = 0
    const take = (count: number): void => {
      if (expected >= 0) bytes += count
      else {
        head += buffer.toString('latin1', 0, count)
        const end = head.indexOf(HEAD_END)
        if (end < 0) return
        expected = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
        if (!/^HTTP\/1\.[01] 200 /.test(head) || Number.isNaN(expected)) {
          socket.destroy(new Error(`the download was answered with ${head.slice(0, 200)}`))
          return
        }
        bytes = head.length - end - HEAD_END.length
      }
      if (bytes < expected) return
      socket.destroy()
      resolve(bytes)
    }
    const onread = {
      buffer,
      callback: (count: number): boolean => {
        take(count)
        return true
      },
    }
    const socket = connect({ host: hostname, port: Number(port), onread })
    socket.on('error', reject)
    socket.on('end', () => reject(new Error(`the download ended after ${bytes} of ${expected} bytes`)))
    const auth = apiKey === undefined ? '' : `authorization: Bearer ${apiKey}\r\n`
    socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\n${auth}connection: close\r\n\r\n`)
  })
