import type { Clock } from '../../clock/clock.ts'
import type { Watcher } from '../gate/gate.ts'
import { createFairQueue, type FairQueue } from '../schedule/fair-queue.ts'
import { type BatchLane, hold } from './held-call.ts'
import type { Enter, LaneQueue, LaneSource } from './lane-source.ts'
import type { Routes } from './routes.ts'

/**
 * The batch lane of each model: what waits there, and whose turn it is when its gates let one in. It knows
 * no shards and no leases, so it outlives the incarnations of the worker, whose runs come and go in it.
 */
export interface BatchLanes extends LaneQueue, BatchLane {}

interface Lane {
  readonly queue: FairQueue<LaneSource>
  readonly watch: Pick<Watcher, 'wait'>
  readonly enter: Enter
}

export interface BatchLanesOptions {
  readonly clock: Clock
  readonly routes: Routes
  /** One turn of an account in the round robin. */
  readonly quantumTokens: number
  /** A held call is as urgent as a batch that ends so much later. */
  readonly heldCallMs: number
}

export const createBatchLanes = (options: BatchLanesOptions): BatchLanes => {
  const { clock, routes, quantumTokens } = options
  const lanes = new Map<string, Lane>()

  const laneOf = (model: string): Lane => {
    const known = lanes.get(model)
    if (known) return known
    const lane: Lane = {
      queue: createFairQueue({ quantumTokens, tokensOf: (bytes) => routes.tokensOf(model, bytes) }),
      watch: routes.watch('batch', model, () => pumpLane(model, lane)),
      enter: (endpoint, request) => routes.enter('batch', model, endpoint, request),
    }
    lanes.set(model, lane)
    return lane
  }

  const pumpLane = (model: string, { queue, watch, enter }: Lane): void => {
    while (!queue.isEmpty()) {
      if (!routes.ready('batch', model)) {
        watch.wait()
        return
      }
      const source = queue.next()
      if (!source) return
      if (!source.startNext(enter)) {
        watch.wait()
        return
      }
    }
  }

  const queue: LaneQueue = {
    add: (model, source) => laneOf(model).queue.add(source),
    remove: (model, source) => laneOf(model).queue.remove(source),
    pump(model) {
      if (model !== undefined) return pumpLane(model, laneOf(model))
      for (const [each, lane] of lanes) pumpLane(each, lane)
    },
  }
  return { ...queue, enter: (order) => hold(queue, order, clock.now() + options.heldCallMs) }
}
