import type { Socket } from 'node:net'
import type { Piece, Reaction } from '../core/reaction.ts'
import { reactionBytes, reactionChunks } from '../core/reaction.ts'
import type { Simulator } from '../core/types.ts'
import { control, controlPrefix } from './control.ts'
import type { WireRequest } from './framing.ts'
import { FramingError, RequestReader } from './framing.ts'
import type { Outbox } from './outbox.ts'
import { framed, headAndBody, headText } from './response.ts'
import { playStream } from './stream-player.ts'

/** So much that was sent ahead of its turn is read; then the sender has to wait. */
const pipelinedBytesMax = 1_048_576
/** A slow body comes in so many pieces at most, at even intervals. */
const slowPieces = 8
/** Time for what was sent to be read before the reset throws away what was not. */
const resetDelayMs = 20
/** How long a refused sender may go on before the connection is cut. */
const lingerMs = 500

/**
 * One client's connection: reads a request, plays its reaction, reads the next. Written on node:net, because
 * node:http takes 31 µs for a request with nothing in it where this takes 18, and the shell must be at least
 * twice as fast as the clients that it measures.
 */
export class Connection {
  readonly #socket: Socket
  readonly #simulator: Simulator
  readonly #outbox: Outbox
  readonly #reader = new RequestReader()
  #busy = false
  #working = false
  #paused = false
  #keepAlive = true
  #playing: Reaction | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(socket: Socket, simulator: Simulator, outbox: Outbox) {
    this.#socket = socket
    this.#simulator = simulator
    this.#outbox = outbox
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#received(chunk))
    socket.on('close', () => this.#closed())
    // A client that resets its connection is an everyday event; 'close' follows.
    socket.on('error', () => undefined)
  }

  #received(chunk: Buffer): void {
    if (!this.#busy && !this.#keepAlive) return
    this.#reader.push(chunk)
    if (!this.#busy) this.#work()
    else if (!this.#paused && this.#reader.buffered > pipelinedBytesMax) {
      this.#paused = true
      this.#socket.pause()
    }
  }

  /** Takes up requests until one needs time or the bytes run out: a loop, since pipelined ones could be thousands. */
  #work(): void {
    this.#working = true
    try {
      while (!this.#busy && this.#keepAlive) {
        const request = this.#reader.next()
        if (request === undefined) break
        this.#busy = true
        this.#keepAlive = request.head.keepAlive
        this.#take(request)
      }
      if (!this.#busy && this.#reader.takeContinue()) this.#written().write('HTTP/1.1 100 Continue\r\n\r\n')
    } catch (error) {
      if (!(error instanceof FramingError)) throw error
      this.#refuse(error)
    } finally {
      this.#working = false
    }
    if (this.#paused && !this.#busy) {
      this.#paused = false
      this.#socket.resume()
    }
  }

  #take({ head, body }: WireRequest): void {
    const { method, path, headers } = head
    if (path.startsWith(controlPrefix)) {
      const { status, contentType, pieces } = control(this.#simulator, method, path, body)
      this.#sendPieces(status, { 'content-type': contentType }, undefined, pieces)
      return
    }
    const reaction = this.#simulator.receive({ method, path, headers, body })
    this.#playing = reaction
    // A timer of 0 ms would cost a turn of the loop, and that is most of what a fast upstream takes.
    if (reaction.fault === 'hang') return
    if (reaction.firstByteMs > 0) this.#later(reaction.firstByteMs, () => this.#play(reaction))
    else this.#play(reaction)
  }

  #play(reaction: Reaction): void {
    if (reaction.fault === 'reset_before') {
      this.#reset()
      return
    }
    const { status, headers, body } = reaction
    if (reaction.fault === 'reset_mid') this.#playHalf(reaction)
    else if (reaction.filler !== undefined)
      this.#sendPieces(status, headers, reactionBytes(reaction), reactionChunks(reaction))
    else if (reaction.pieces !== undefined) this.#playStream(reaction, reaction.pieces)
    else if (reaction.bodyMs > 0) this.#playSlowly(reaction)
    else {
      this.#outbox.add(
        this.#socket,
        headAndBody({ status, headers, bytes: body.length, keepAlive: this.#keepAlive }, body),
      )
      this.#ended()
    }
  }

  #playHalf({ status, headers, body, bodyMs }: Reaction): void {
    const half = body.subarray(0, body.length >> 1)
    this.#written().write(
      headAndBody({ status, headers, bytes: body.length, keepAlive: this.#keepAlive }, half),
      () => this.#later(Math.max(resetDelayMs, bodyMs / 2), () => this.#reset()),
    )
  }

  #playSlowly({ status, headers, body, bodyMs }: Reaction): void {
    const step = Math.max(1, Math.ceil(body.length / slowPieces))
    const first = body.subarray(0, step)
    this.#written().write(
      headAndBody({ status, headers, bytes: body.length, keepAlive: this.#keepAlive }, first),
    )
    const steps = Math.max(1, Math.ceil(body.length / step) - 1)
    const playNext = (from: number): void =>
      this.#later(bodyMs / steps, () => {
        this.#socket.write(body.subarray(from, from + step))
        if (from + step < body.length) playNext(from + step)
        else this.#ended()
      })
    playNext(step)
  }

  #playStream({ status, headers, body, fault }: Reaction, pieces: readonly Piece[]): void {
    const head = headText({ status, headers, bytes: undefined, keepAlive: this.#keepAlive })
    playStream({
      socket: this.#written(),
      head: Buffer.from(head, 'latin1'),
      body,
      pieces,
      ends: fault === undefined,
      later: (ms, run) => this.#later(ms, run),
      over: () => {
        if (fault === undefined) this.#ended()
        else if (fault === 'reset_after') this.#later(resetDelayMs, () => this.#reset())
      },
    })
  }

  #sendPieces(
    status: number,
    headers: Readonly<Record<string, string>>,
    bytes: number | undefined,
    pieces: Iterable<Buffer>,
  ): void {
    const socket = this.#written()
    socket.write(headText({ status, headers, bytes, keepAlive: this.#keepAlive }), 'latin1')
    const rest = framed(pieces, bytes === undefined)
    const writeOn = (): void => {
      for (;;) {
        if (socket.destroyed) return
        const { done, value } = rest.next()
        if (done) break
        if (!socket.write(value)) {
          socket.once('drain', writeOn)
          return
        }
      }
      this.#ended()
    }
    writeOn()
  }

  /** The response is out: the next request may be taken up. */
  #ended(): void {
    if (this.#playing !== undefined) this.#simulator.finished(this.#playing, 'sent')
    this.#playing = undefined
    this.#busy = false
    if (!this.#keepAlive) this.#written().end()
    else if (!this.#working) this.#work()
  }

  /** The fault was played to its end; a client that left before did not see it. */
  #reset(): void {
    if (this.#playing !== undefined) this.#simulator.finished(this.#playing, 'sent')
    this.#playing = undefined
    this.#written().resetAndDestroy()
  }

  /** The socket, when the answers before this one are out. */
  #written(): Socket {
    this.#outbox.flush()
    return this.#socket
  }

  #refuse({ status, message }: FramingError): void {
    this.#keepAlive = false
    const error = { message, type: 'invalid_request_error', param: null, code: null }
    const body = Buffer.from(JSON.stringify({ error }, null, 2))
    const headers = { 'content-type': 'application/json' }
    this.#written().end(headAndBody({ status, headers, bytes: body.length, keepAlive: false }, body))
    // The sender may be deaf; but closing at once would take the answer back from one that is still sending.
    this.#later(lingerMs, () => this.#socket.destroy())
  }

  #later(ms: number, run: () => void): void {
    this.#timer = setTimeout(run, ms)
  }

  #closed(): void {
    clearTimeout(this.#timer)
    const broken = this.#playing
    this.#playing = undefined
    this.#keepAlive = false
    if (broken !== undefined) this.#simulator.finished(broken, 'client_gone')
  }
}
