import type { IncomingMessage } from 'node:http'
import { ApiError } from '../errors.ts'

/** A body of one request, read whole: by events, which cost a small body less than an iterator. */
export const readBody = (request: IncomingMessage, bytesMax: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) return reject(tooLarge(bytesMax))
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
