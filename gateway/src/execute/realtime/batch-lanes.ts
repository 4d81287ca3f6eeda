import type { Clock } from '../../clock/clock.ts'
import type { Permit, Watcher } from '../gate/gate.ts'
import { createLoopValve, type LoopValveLimits } from '../loop-valve.ts'
import { createFairQueue, type FairQueue, type Turn } from '../schedule/fair-queue.ts'
import { type BatchLane, hold } from './held-call.ts'
import type { LaneQueue, LaneSource } from './lane-source.ts'
import type { Routes } from './routes.ts'

/**
 * The batch lane of each model: what waits there, and whose turn it is when its gates let one in. It knows
 * no shards and no leases, so it outlives the incarnations of the worker, whose runs come and go in it.
 */
export interface BatchLanes extends LaneQueue, BatchLane {}

interface Lane {
  readonly queue: FairQueue<LaneSource>
  readonly watch: Pick<Watcher, 'wait'>
}

export interface BatchLanesOptions extends LoopValveLimits {
  readonly clock: Clock
  readonly routes: Routes
  /** An account that has been idle is at most so many tokens ahead of the others. */
  readonly creditTokens: number
  /** A held call is as urgent as a batch that ends so much later. */
  readonly heldCallMs: number
}

export const createBatchLanes = (options: BatchLanesOptions): BatchLanes => {
  const { clock, routes, creditTokens } = options
  const lanes = new Map<string, Lane>()
  const valve = createLoopValve({
    ...options,
    isInteractive: routes.isInteractive,
    onOpen: () => pumpAll(),
  })

  const laneOf = (model: string): Lane => {
    const known = lanes.get(model)
    if (known) return known
    const lane: Lane = {
      queue: createFairQueue({ creditTokens, tokensOf: (bytes) => routes.tokensOf(model, bytes) }),
      watch: routes.watch('batch', model, () => pumpLane(model, lane)),
    }
    lanes.set(model, lane)
    return lane
  }

  const pumpLane = (model: string, lane: Lane): void => {
    while (!lane.queue.isEmpty() && valve.isOpen()) {
      if (!routes.ready('batch', model)) {
        lane.watch.wait()
        return
      }
      const turn = lane.queue.next()
      if (!turn) return
      if (!startNext(model, lane, turn)) {
        lane.watch.wait()
        return
      }
    }
  }

  const pumpAll = (): void => {
    // One model may use up what a turn of the event loop has for starting calls: each is the first in turn.
    const [first] = lanes
    if (!first) return
    lanes.delete(first[0])
    lanes.set(...first)
    for (const [model, lane] of lanes) pumpLane(model, lane)
  }

  const startNext = (model: string, { queue }: Lane, turn: Turn<LaneSource>): boolean =>
    turn.source.startNext((endpoint, request) => {
      const route = routes.enter('batch', model, endpoint, request)
      if (!route) queue.used(turn, 0)
      return route && { ...route, permit: charging(queue, turn, route.permit) }
    })

  const queue: LaneQueue = {
    add: (model, source) => laneOf(model).queue.add(source),
    remove: (model, source) => laneOf(model).queue.remove(source),
    pump(model) {
      if (model === undefined) pumpAll()
      else pumpLane(model, laneOf(model))
    },
  }
  return { ...queue, enter: (order) => hold(queue, order, clock.now() + options.heldCallMs) }
}

/**
 * An answer's tokens are known in the end, and its account is charged for those. A call that failed costs its
 * account what was thought: it had its place, and one whose calls all fail must not have everybody's.
 */
const charging = (queue: FairQueue<LaneSource>, turn: Turn<LaneSource>, permit: Permit): Permit => ({
  done(outcome, verdict) {
    const usage = verdict.kind === 'success' ? verdict.answer.usage : undefined
    if (usage) queue.used(turn, usage.promptTokens + usage.completionTokens)
    permit.done(outcome, verdict)
  },
  unused() {
    queue.used(turn, 0)
    permit.unused()
  },
})
