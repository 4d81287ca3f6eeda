import type { Fault } from './options.ts'
import type { Reaction, SimulatorRequest } from './reaction.ts'
import type { TapeRow } from './tape.ts'

/** All that the simulator knows of time. */
export interface SimulatorClock {
  /** Milliseconds since 1970. */
  now(): number
}

/** A double of a provider. Nothing happens in it but in these calls: it has no timer and no socket. */
export interface Simulator {
  /** Takes a request and says what comes of it. Each reaction must be handed back to `finished`. */
  receive(request: SimulatorRequest): Reaction
  /** The reaction was played to its end, or the caller left before; it no longer counts as running. */
  finished(reaction: Reaction, how: 'sent' | 'client_gone'): void
  readonly faults: readonly Fault[]
  /** Replaces the faults; windows are still counted from the simulator's start, `nth` and `every` from now. */
  setFaults(faults: readonly Fault[]): void
  tape(): Iterable<TapeRow>
  stats(): SimulatorStats
  /** The text that this simulator answers to such a body (a chat completion's, without a path); see `expectedAnswer`. */
  expectedAnswer(body: unknown, path?: string): string
}

export interface SimulatorStats {
  readonly received: number
  readonly running: number
  readonly runningMax: number
  /** Different bodies posted, and posts beyond the first of each; 0 while the tape is off. */
  readonly distinct: number
  readonly repeated: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly models: Readonly<Record<string, ModelStats>>
}

export interface ModelStats {
  readonly received: number
  readonly answered: number
  readonly running: number
  readonly runningMax: number
  readonly promptTokens: number
  readonly cachedTokens: number
  readonly completionTokens: number
}
