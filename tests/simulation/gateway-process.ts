import { readFrame } from '../../gateway/src/batch/answer-frame.ts'
import type { Ids, Random } from '../../gateway/src/clock/clock.ts'
import { nativeDialect } from '../../gateway/src/dialect/native.ts'
import { UNOBSERVED } from '../../gateway/src/execute/observer.ts'
import { createDiskRoom, type Room } from '../../gateway/src/execute/room.ts'
import { openaiProtocol } from '../../gateway/src/provider/openai/protocol.ts'
import { passThrough } from '../../gateway/src/provider/pass-through.ts'
import { type Stations, startStations } from '../../gateway/src/stations.ts'
import type { Blobs } from '../../gateway/src/storage/blobs/blobs.ts'
import { storePorts } from '../../gateway/src/storage/store-ports.ts'
import type { TenantStore } from '../../gateway/src/storage/tenant.ts'
import { sweepOrphans } from '../../gateway/src/sweep-orphans.ts'
import type { Simulator } from '../../simulator/src/index.ts'
import type { AnswerChecks } from './checks/answers.ts'
import type { CallChecks } from './checks/calls.ts'
import type { LedgerOfAppends } from './checks/ledger-of-appends.ts'
import { Memory } from './checks/memory.ts'
import type { Suspicions } from './checks/suspicions.ts'
import { createProcessClock, type Skew } from './clocks.ts'
import type { Dice } from './dice.ts'
import { isInjected } from './injected.ts'
import type { Logbook } from './logbook.ts'
import type { OrderPlan } from './orders.ts'
import { SimProcess, ways } from './process.ts'
import { processBlobs } from './process-blobs.ts'
import { COST_BOOKS, createCall, DEPLOYMENTS } from './provider.ts'
import type { Scenario } from './scenario.ts'
import type { Scheduler } from './scheduler.ts'
import type { SharedStore } from './shared-store.ts'
import { submit } from './submit.ts'
import { inVerb } from './verbs.ts'
import type { Weather } from './weather.ts'
import { witnessed } from './witness.ts'

/** What all processes of a run share: what outlives them, and those who watch. */
export interface Surroundings {
  readonly scenario: Scenario
  readonly scheduler: Scheduler
  readonly logbook: Logbook
  readonly weather: Weather
  readonly store: SharedStore
  readonly blobs: Blobs
  readonly simulator: Simulator
  readonly calls: CallChecks
  readonly answers: AnswerChecks
  readonly appends: LedgerOfAppends
  readonly suspicions: Suspicions
}

/** One process of the gateway: the stations, the intake, and the seams through which the world reaches them. */
export class GatewayProcess {
  readonly process: SimProcess
  readonly clock: ReturnType<typeof createProcessClock>
  readonly memory = new Memory()
  readonly #around: Surroundings
  readonly #dice: Dice
  readonly #blobs: Blobs
  readonly #ids: Ids
  readonly #random: Random
  readonly #room: Room
  readonly #ports: ReturnType<typeof storePorts>
  #stations: Stations | undefined
  #worker: string | undefined

  constructor(name: string, around: Surroundings, skew: Skew, dice: Dice) {
    const { scheduler, weather, scenario } = around
    this.#around = around
    this.#dice = dice
    this.process = new SimProcess(name, scheduler)
    this.clock = createProcessClock({ scheduler, process: this.process, dice: dice.fork('clock'), skew })
    this.#random = dice.fork('random')
    this.#ids = countedIds(name)
    const storeDice = dice.fork('store')
    const blobDice = dice.fork('blobs')
    this.#blobs = processBlobs({
      shared: around.blobs,
      process: this.process,
      dice: blobDice,
      ways: ways(blobDice, 3, { rate: weather.blobSlow, ms: 4_000 }),
      trouble: { failure: weather.blobFailure, isFull: weather.diskIsFull },
    })
    const storeWays = ways(storeDice, scenario.mode === 'alone' ? 1 : 5, {
      rate: weather.storeSlow,
      ms: 10_000,
    })
    const db = around.store.dbOf({
      process: this.process,
      dice: storeDice,
      ways: { there: () => storeWays.there() + weather.storeStallMs(), back: storeWays.back },
      reach: this.reach,
    })
    this.#ports = storePorts({ db, blobs: this.#blobs, crash: this.reach })
    this.#room = createDiskRoom({
      path: '/data',
      freeBytesMin: 1_000,
      freeBytes: async () => weather.freeBytes(),
    })
  }

  /** A named place is reached; whoever is to die there does. */
  readonly reach = (point: string, detail?: string): void => {
    if (!this.process.alive) return
    const { logbook, weather } = this.#around
    const isPoison = point === 'execute.before_call' && detail?.includes('poison') === true
    if (!isPoison && !this.#dice.chance(weather.deathAt(point))) return
    logbook.mark(`died at ${point}`)
    this.die(point)
  }

  die(why: string): void {
    if (!this.process.alive) return
    this.#around.logbook.line(`${this.process.name} dies: ${why}`)
    this.process.die()
  }

  /** It takes calls of clients. */
  get isOpen(): boolean {
    return this.process.alive && this.#stations !== undefined
  }

  describe(): string {
    return `${this.#stations?.runs()} runs, ${this.#stations?.inFlight()} calls in flight`
  }

  async start(alone: boolean): Promise<void> {
    const { scenario, scheduler, logbook, suspicions } = this.#around
    if (alone) await sweepOrphans(this.#ports.engine, this.#blobs)
    const store = witnessed({
      name: this.process.name,
      store: this.#ports.engine,
      memory: this.memory,
      clock: this.clock,
      scheduler,
      logbook,
      suspicions,
      onAcknowledged: (group) => {
        for (const { shard, frame } of group.parts) this.#checkRecorded(shard, frame)
      },
    })
    this.#stations = await startStations({
      store: { ...store, join: (worker, options) => this.#join(worker, () => store.join(worker, options)) },
      blobs: this.#blobs,
      call: createCall({
        simulator: this.#around.simulator,
        scheduler,
        process: this.process,
        clock: this.clock,
        dice: this.#dice.fork('network'),
        noConnection: this.#around.weather.noConnection,
        onCall: (request) =>
          this.#around.calls.starts(
            {
              process: this.process,
              clock: this.clock,
              memory: this.memory,
              trouble: () => this.#room.trouble() !== undefined,
              limit: () => this.#stations?.routes.limit() ?? Number.POSITIVE_INFINITY,
            },
            request,
          ),
      }),
      clock: this.clock,
      random: this.#random,
      ids: this.#ids,
      dialects: new Map([['native', nativeDialect]]),
      channelOf: (deployment, endpoint) => passThrough(openaiProtocol, deployment, endpoint),
      ratesOf: () => openaiProtocol.rates,
      deployments: DEPLOYMENTS.map((each) => ({
        ...each,
        limits: { ...each.limits, concurrencyMax: scenario.concurrencyMax },
      })),
      costBooks: COST_BOOKS,
      limits: scenario.execute,
      room: this.#room,
      crash: this.reach,
      alone,
      observer: UNOBSERVED,
      onTick: () => {},
      onBatchEnded: (batch) => logbook.line(`${this.process.name} was told that ${batch} has ended`),
      onError: this.#onError,
      onFatal: (error) =>
        logbook.violation(`${this.process.name} found a broken invariant: ${textOf(error)}`),
    })
  }

  /** Stops in good order; false where it did not come to an end for an injected reason. */
  async stop(drainMs: number): Promise<boolean> {
    const { scheduler, logbook, calls, appends } = this.#around
    this.memory.stoppedIn = scheduler.event()
    const worker = this.#worker
    try {
      await this.#stations?.worker.stop(drainMs)
    } catch (error) {
      this.#onError('stop', error)
      return false
    }
    const given = worker === undefined ? 0n : calls.costOf(worker)
    const booked = worker === undefined ? 0n : appends.owedBy(worker)
    // Where the store was away for longer than a stop may take, answers are left that no append has told of.
    const isWhole = worker === this.#worker && (this.memory.unacknowledged.get(worker ?? '') ?? 0) === 0
    if (isWhole && given !== booked) {
      logbook.violation(`${worker} left with answers worth ${given}, it appended ${booked}`)
    }
    return true
  }

  tenant(account: string): TenantStore {
    const tenant = this.#ports.tenant(account)
    return {
      ...tenant,
      accept: (batch, shards) => inVerb({ name: 'accept' }, () => tenant.accept(batch, shards)),
      stop: (id, cause) => inVerb({ name: 'stop' }, () => tenant.stop(id, cause)),
      remove: (id) => inVerb({ name: 'remove' }, () => tenant.remove(id)),
    }
  }

  get blobs(): Blobs {
    return this.#blobs
  }

  async submit(order: OrderPlan, again: boolean): Promise<string> {
    const { scenario } = this.#around
    const id = await submit(
      {
        clock: this.clock,
        ids: this.#ids,
        random: this.#random,
        blobs: this.#blobs,
        tenant: (account) => this.tenant(account),
        limits: scenario.intake,
        retentionMs: scenario.retentionMs,
        reach: this.reach,
      },
      order,
      again,
    )
    this.#stations?.worker.wake()
    return id
  }

  async #join(worker: string, join: () => Promise<void>): Promise<void> {
    await join()
    this.#worker = worker
  }

  readonly #onError = (where: string, error: unknown): void => {
    const { logbook } = this.#around
    if (isInjected(error)) logbook.line(`${this.process.name} reports ${where}: ${messageOf(error)}`)
    else logbook.violation(`${this.process.name} failed by itself in ${where}: ${textOf(error)}`)
  }

  /** The store has said that these answers are safe: from now on they are never lost. */
  #checkRecorded(shard: number, frame: Uint8Array): void {
    const { answers, logbook } = this.#around
    for (const { position } of readFrame(frame)) {
      if (!answers.recordedAt(shard, position)) {
        logbook.violation(`request ${position} of shard ${shard} was acknowledged, and no answer is recorded`)
      }
    }
  }
}

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error)

/** Without its stack, which is not the same in every run. */
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Ids that no other process gives, in an order that a replay repeats. */
const countedIds = (process: string): Ids => {
  let count = 0
  return {
    next(prefix) {
      count += 1
      return `${prefix}${process}x${count}`
    },
  }
}
