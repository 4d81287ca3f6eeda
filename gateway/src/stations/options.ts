import type { Dialect } from '../batch/dialect.ts'
import type { Clock, Ids, Random } from '../clock/clock.ts'
import type { GateState } from '../execute/gate/gate.ts'
import type { RatesOf } from '../execute/gate/gates.ts'
import type { ExecuteLimits } from '../execute/limits.ts'
import type { ExecuteObserver } from '../execute/observer.ts'
import type { Room } from '../execute/room.ts'
import type { CostBooks } from '../money/cost-book.ts'
import type { Call } from '../provider/call.ts'
import type { ChannelOf } from '../provider/channel.ts'
import type { Deployment } from '../provider/deployment.ts'
import type { Blobs } from '../storage/blobs/blobs.ts'
import type { EngineStore } from '../storage/engine.ts'

/** Everything that comes from outside; the server brings the real things, the simulation its own. */
export interface StationsOptions {
  readonly store: EngineStore
  readonly blobs: Blobs
  readonly call: Call
  readonly clock: Clock
  readonly random: Random
  readonly ids: Ids
  readonly dialects: ReadonlyMap<string, Dialect>
  readonly channelOf: ChannelOf
  readonly ratesOf: RatesOf
  readonly deployments: readonly Deployment[]
  readonly costBooks: CostBooks
  readonly limits: ExecuteLimits
  readonly room: Room
  readonly crash: (point: string, detail?: string) => void
  /** No other worker shares the store: every earlier incarnation is dead. */
  readonly alone: boolean
  readonly observer: ExecuteObserver
  readonly onBatchEnded: (batch: string) => void
  /** Called once a tick, with the gates of all deployments. */
  readonly onTick: (gates: ReadonlyMap<string, GateState>) => void
  /** Something failed and is tried again. */
  readonly onError: (where: string, error: unknown) => void
  /** A broken invariant: the process must stop, loudly. */
  readonly onFatal: (error: unknown) => void
}
