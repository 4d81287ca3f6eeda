import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Outbox, Sender } from '../../sockets/outbox.ts'
import type { Exchange } from './exchange.ts'
import type { Place } from './request-head.ts'

/** Trusted beside the system's own certificates; for tests. */
export interface TlsTrust {
  readonly ca?: string
}

export interface ConnectionEvents {
  /** The exchange is over and the connection can carry another one. */
  onFree(connection: Connection): void
  onClosed(connection: Connection): void
}

const READ_BYTES = 65_536
const PROBE_MS = 30_000
/** Up to here, copying a body behind its head is cheaper than a write of two parts. */
const COPIED_BYTES_MAX = 16_384

/** Plain sockets read into one buffer: a new one for each read would be most of what is allocated here. */
const sharedBuffer = Buffer.allocUnsafeSlow(READ_BYTES)

export interface ConnectionOptions {
  readonly trust: TlsTrust
  readonly outbox: Outbox
}

/** One keep-alive connection, one exchange at a time on it. */
export class Connection implements Sender {
  readonly #socket: Socket
  readonly #events: ConnectionEvents
  readonly #outbox: Outbox
  #exchange: Exchange | undefined
  #isWritten = false
  #isOpen = false
  #error: Error | undefined

  constructor(place: Place, events: ConnectionEvents, { trust, outbox }: ConnectionOptions) {
    this.#events = events
    this.#outbox = outbox
    this.#socket = this.#connect(place, trust)
    this.#socket.setNoDelay(true)
    this.#socket.setKeepAlive(true, PROBE_MS)
    this.#socket.on('error', (error) => {
      this.#error ??= error
    })
    this.#socket.on('end', () => this.#over())
    this.#socket.on('close', () => this.#over())
  }

  start(exchange: Exchange): void {
    this.#exchange = exchange
    this.#isWritten = false
    exchange.carriedBy(this)
    if (this.#isOpen) this.#outbox.add(this)
  }

  flush(): void {
    if (!this.#exchange || this.#isWritten) return
    this.#isWritten = true
    this.#send(this.#exchange)
  }

  /** At once and not with the socket's own event, so that nobody starts anything on it meanwhile. */
  drop(): void {
    this.#over()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  #connect({ secure, hostname, port }: Place, { ca }: TlsTrust): Socket {
    const open = (): void => {
      this.#isOpen = true
      this.flush()
    }
    if (secure) {
      // HTTP/2 would put all calls on one socket: providers cap its streams, and one reset kills all.
      const socket = connectTls({
        host: hostname,
        port,
        ALPNProtocols: ['http/1.1'],
        ...(isIP(hostname) ? {} : { servername: hostname }),
        ...(ca === undefined ? {} : { ca }),
      })
      socket.on('secureConnect', open)
      socket.on('data', (bytes: Buffer) => this.#receive(bytes))
      return socket
    }
    const onread = {
      buffer: sharedBuffer,
      callback: (count: number): boolean => {
        this.#receive(sharedBuffer.subarray(0, count))
        return true
      },
    }
    const socket = connectTcp({ host: hostname, port, onread })
    socket.on('connect', open)
    return socket
  }

  #send(exchange: Exchange): void {
    exchange.sent()
    const { body } = exchange.request
    const head = `${exchange.head}${body.length}\r\n\r\n`
    if (body.length > COPIED_BYTES_MAX) {
      this.#socket.cork()
      this.#socket.write(head, 'latin1')
      this.#socket.write(body)
      this.#socket.uncork()
      return
    }
    const message = Buffer.allocUnsafe(head.length + body.length)
    message.write(head, 'latin1')
    message.set(body, head.length)
    this.#socket.write(message)
  }

  #receive(bytes: Buffer): void {
    const exchange = this.#exchange
    // Nobody asked for it, or not yet: the connection is out of step.
    if (!exchange || exchange.isSettled || !this.#isWritten) {
      this.drop()
      return
    }
    const isReusable = exchange.receive(bytes)
    if (!exchange.isSettled) return
    this.#exchange = undefined
    // An answer that came before its request was written is an early refusal.
    if (isReusable && this.#socket.writableLength === 0) this.#events.onFree(this)
    else this.drop()
  }

  #over(): void {
    const exchange = this.#exchange
    this.#exchange = undefined
    exchange?.connectionOver(this.#error)
    this.#socket.destroy()
    this.#events.onClosed(this)
  }
}
