import type { SimulatorOptions } from '../options.ts'
import { createSimulator } from '../simulator.ts'

export const user = (content: unknown) => ({ role: 'user', content })

export const ask = (content: unknown, more: Record<string, unknown> = {}) => ({
  model: 'claude-sonnet-4-5',
  max_tokens: 1_000,
  messages: [user(content)],
  ...more,
})

/** A simulator whose time stands still, called as Anthropic is. */
export const setUp = (options: SimulatorOptions = {}) => {
  const time = { ms: 1_790_000_000_000 }
  const simulator = createSimulator({ clock: { now: () => time.ms }, ...options })
  const send = (
    body: unknown,
    headers: Record<string, string> = { 'x-api-key': 'sk-ant-one', 'anthropic-version': '2023-06-01' },
    path = '/v1/messages',
  ) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
    const reaction = simulator.receive({ method: 'POST', path, headers, body: bytes })
    simulator.finished(reaction, 'sent')
    return reaction
  }
  const call = (...sent: Parameters<typeof send>) => {
    const reaction = send(...sent)
    return { ...reaction, json: JSON.parse(reaction.body.toString()) }
  }
  return { time, simulator, send, call }
}
