import { chatHeaders } from '../requests.ts'
import { startChild } from './child.ts'
import { numberOf } from './message.ts'

export interface CallLatency {
  oneByOne(calls: number): Promise<{ readonly p50Ms: number }>
  steadily(perSecond: number, seconds: number): Promise<{ readonly p99Ms: number }>
  end(): Promise<void>
}

export interface Called {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Real-time calls from a process of their own, so that what they wait for is not the bench itself. */
export const startCallLatency = async ({ url, headers = {} }: Called): Promise<CallLatency> => {
  const settings = { url, headers: { ...chatHeaders, ...headers } }
  const child = await startChild(import.meta.resolve('./latency-child.ts'), { settings })
  return {
    end: child.end,
    async oneByOne(calls) {
      return { p50Ms: numberOf(await child.ask('oneByOne', { calls }), 'p50Ms') }
    },
    async steadily(perSecond, seconds) {
      return { p99Ms: numberOf(await child.ask('steadily', { perSecond, seconds }), 'p99Ms') }
    },
  }
}
