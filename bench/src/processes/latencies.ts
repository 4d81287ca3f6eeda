import { Pool } from 'undici'
import { chatBody, chatPath, prompts } from '../requests.ts'

/** Milliseconds from a call to the last byte of its answer. */
export interface Latencies {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly calls: number
}

export interface CallerSettings {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

const bodies = prompts.map(chatBody)

export interface LatencyCaller {
  /** One call after another. */
  oneByOne(calls: number): Promise<Latencies>
  /** So many a second for so long, whether those before are answered or not. */
  steadily(perSecond: number, seconds: number): Promise<Latencies>
}

export const latencyCaller = ({ url, headers }: CallerSettings): LatencyCaller => {
  const pool = new Pool(url, { connections: 256 })

  const call = async (number: number): Promise<number> => {
    const startedAt = performance.now()
    const body = bodies[number % bodies.length] ?? ''
    const answer = await pool.request({ method: 'POST', path: chatPath, headers, body })
    const text = await answer.body.text()
    if (answer.statusCode !== 200) throw new Error(`a call was answered with ${answer.statusCode}: ${text}`)
    return performance.now() - startedAt
  }

  return {
    async oneByOne(calls) {
      const times: number[] = []
      for (let number = 0; number < calls; number++) times.push(await call(number))
      return latenciesOf(times)
    },
    async steadily(perSecond, seconds) {
      const startedAt = performance.now()
      const running: Array<Promise<number>> = []
      while (running.length < perSecond * seconds) {
        const dueMs = (running.length * 1_000) / perSecond
        const earlyMs = startedAt + dueMs - performance.now()
        if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs))
        running.push(call(running.length))
      }
      return latenciesOf(await Promise.all(running))
    },
  }
}

const latenciesOf = (times: readonly number[]): Latencies => {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN
  return { p50Ms: at(0.5), p99Ms: at(0.99), calls: sorted.length }
}
