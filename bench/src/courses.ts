import type { Latency } from './processes/simulator.ts'

/** Conditions under which runners race. */
export interface Course {
  readonly upstream: Latency
  /** Calls to the provider at once. */
  readonly inFlight: number
  /** The least that a round lasts, where its length is free. */
  readonly seconds: number
  /** An unmeasured round goes first, for compilers and connections. */
  readonly warmUp: boolean
}

export const courses = {
  /** Nothing to wait for: what our own work costs. */
  fullRate: { upstream: {}, inFlight: 256, seconds: 3.5, warmUp: true },
  /** A round starts and ends with a latency in which little happens, so it is long. */
  latency200: { upstream: { firstByteMs: 200 }, inFlight: 1_000, seconds: 6, warmUp: true },
  /** 40 at once, each for 200 ms: 200 requests a second. */
  trickle: { upstream: { firstByteMs: 200 }, inFlight: 40, seconds: 5, warmUp: false },
  /** How slow the provider is while requests queue, the runners say themselves. */
  queue: { upstream: {}, inFlight: 256, seconds: 0, warmUp: false },
  /** Files of 200 MB go in; each shape has a course of its own, so that the machine's memory for files is. */
  longLines: { upstream: {}, inFlight: 256, seconds: 0, warmUp: true },
  shortLines: { upstream: {}, inFlight: 256, seconds: 0, warmUp: true },
  /** One document of 256 MB goes in. */
  document: { upstream: {}, inFlight: 256, seconds: 0, warmUp: true },
  /** Results of 200 MB come out. */
  results: { upstream: {}, inFlight: 256, seconds: 0, warmUp: true },
  /** Files of requests, answered at once: what our own work on each costs. */
  fileBatches: { upstream: {}, inFlight: 256, seconds: 0, warmUp: true },
  /** A fresh gateway each time. */
  fileQueue: { upstream: {}, inFlight: 256, seconds: 0, warmUp: false },
  /** A model that thinks for 2 s ± 1 s, and a gateway as it comes out of the box. */
  thinking: {
    upstream: { firstByteMs: 2_000, firstByteSpreadMs: 1_000 },
    inFlight: 1_000,
    seconds: 0,
    warmUp: false,
  },
  /** Real-time calls, at a provider that answers at once. */
  calls: { upstream: {}, inFlight: 64, seconds: 4, warmUp: true },
  /** Real-time calls, while a batch takes all that the deployment has: 3,200 requests a second. */
  callsAndBatch: { upstream: { firstByteMs: 20 }, inFlight: 64, seconds: 8, warmUp: true },
  /** 200 at once, each for 200 ms: 1,000 requests a second, to be shared. */
  shared: { upstream: { firstByteMs: 200 }, inFlight: 200, seconds: 10, warmUp: true },
  /** One account's hundred requests beside a million of another. */
  accounts: { upstream: { firstByteMs: 200 }, inFlight: 1_000, seconds: 0, warmUp: false },
} satisfies Record<string, Course>

export type CourseName = keyof typeof courses
