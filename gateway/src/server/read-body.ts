import type { IncomingMessage } from 'node:http'
import { ApiError } from './errors.ts'

/**
 * A body of one request, read whole. A small one mostly came with its head and lies ready; for the others events
 * are waited for, which cost less than an iterator.
 */
export const readBody = (request: IncomingMessage, bytesMax: number): Buffer | Promise<Buffer> => {
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > bytesMax) throw tooLarge(bytesMax)
  if (length === 0 || request.readableLength !== length) return wholeBody(request, bytesMax)
  const body: Buffer = request.read()
  // For its end, which the connection waits for.
  request.resume()
  return body
}

const wholeBody = (request: IncomingMessage, bytesMax: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    let bytes = 0
    const stop = (): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
    }
    const onData = (piece: Buffer): void => {
      bytes += piece.length
      pieces.push(piece)
      if (bytes <= bytesMax) return
      stop()
      reject(tooLarge(bytesMax))
    }
    const onEnd = (): void => {
      stop()
      resolve(pieces.length === 1 ? (pieces[0] ?? NOTHING) : Buffer.concat(pieces, bytes))
    }
    const onClose = (): void => {
      stop()
      reject(new ApiError('bad_request', 'The body ended before it was whole'))
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
  })

const NOTHING = Buffer.alloc(0)

const tooLarge = (bytesMax: number): ApiError =>
  new ApiError('too_large', `The body must not exceed ${bytesMax} bytes`, { max_bytes: bytesMax })
