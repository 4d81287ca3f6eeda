import type { MessagePort } from 'node:worker_threads'
import { type Call, detach, OPENED, type Reply, sentError } from './protocol.ts'

/** Opens what a thread holds, says how that went, and from then on answers each call with what its verb returns. */
export const serveThread = <Ports>(
  port: MessagePort,
  open: () => Promise<Ports>,
  portOf: (ports: Ports, call: Call) => object,
): void => {
  open().then(
    (ports) => serve(port, (call) => portOf(ports, call)),
    (error: unknown) => port.postMessage({ id: OPENED, ok: false, error: sentError(error) } satisfies Reply),
  )
}

const serve = (port: MessagePort, portOf: (call: Call) => object): void => {
  const reply = (message: Reply, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved)
  const answer = async (call: Call): Promise<void> => {
    try {
      const moved: ArrayBuffer[] = []
      const value = detach(await handle(portOf(call), call), 'give', moved)
      reply({ id: call.id, ok: true, value }, moved)
    } catch (error) {
      reply({ id: call.id, ok: false, error: sentError(error) })
    }
  }
  port.on('message', (call: Call) => void answer(call))
  reply({ id: OPENED, ok: true, value: undefined })
}

const handle = async (port: object, call: Call): Promise<unknown> => {
  const verb: unknown = Reflect.get(port, call.verb)
  if (typeof verb !== 'function') throw new TypeError(`the store has no verb ${call.port}.${call.verb}`)
  return verb(...call.args)
}
