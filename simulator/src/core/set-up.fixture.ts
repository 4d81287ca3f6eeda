import type { SimulatorOptions } from './options.ts'
import { createSimulator } from './simulator.ts'

/** A simulator whose time stands still, and calls of its endpoint for chat or of the one that is named. */
export const setUp = (options: SimulatorOptions = {}, path = '/v1/chat/completions') => {
  const time = { ms: 1_790_000_000_000 }
  const simulator = createSimulator({ clock: { now: () => time.ms }, ...options })
  const receive = (body: unknown, key = 'sk-one') =>
    simulator.receive({
      method: 'POST',
      path,
      headers: { authorization: `Bearer ${key}` },
      body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)),
    })
  const get = (at: string, headers: Record<string, string> = {}) =>
    simulator.receive({ method: 'GET', path: at, headers, body: Buffer.alloc(0) })
  const call = (body: unknown, key?: string) => {
    const reaction = receive(body, key)
    simulator.finished(reaction, 'sent')
    return { ...reaction, json: JSON.parse(reaction.body.toString()) }
  }
  return { time, simulator, receive, get, call }
}
