import type { Clock, Ids } from '../../../gateway/src/clock/clock.ts'
import { nativeDialect } from '../../../gateway/src/dialect/native.ts'
import { DEFAULT_EXECUTE_LIMITS } from '../../../gateway/src/execute/limits.ts'
import { UNOBSERVED } from '../../../gateway/src/execute/observer.ts'
import { DEFAULT_INTAKE_LIMITS } from '../../../gateway/src/intake/limits.ts'
import type { Call } from '../../../gateway/src/provider/call.ts'
import type { Deployment } from '../../../gateway/src/provider/deployment.ts'
import { openaiProtocol } from '../../../gateway/src/provider/openai/protocol.ts'
import { passThrough } from '../../../gateway/src/provider/pass-through.ts'
import { startStations } from '../../../gateway/src/stations.ts'
import { createMemoryBlobs } from '../../../gateway/src/storage/blobs/memory.ts'
import { openDatabase } from '../../../gateway/src/storage/sqlite/open.ts'
import { sqliteDb } from '../../../gateway/src/storage/sqlite/sqlite-db.ts'
import { storePorts } from '../../../gateway/src/storage/store-ports.ts'
import { createSimulator } from '../../../simulator/src/index.ts'
import { createProcessClock } from '../clocks.ts'
import { createDice } from '../dice.ts'
import { SimProcess } from '../process.ts'
import { COST_BOOKS, createCall } from '../provider.ts'
import { createScheduler, quiescent, type Scheduler } from '../scheduler.ts'
import { submit } from '../submit.ts'
import { type Diary, emptyDiary } from './diary.ts'
import { keepDiary } from './keep-diary.ts'
import { askAlone, askInBurst } from './people.ts'
import { ANSWER_TOKENS, DAY_MS, type DayPlan, drawDay, MODEL } from './plan.ts'

export const TOKENS_PER_MINUTE = 7_500

/** What the one deployment takes: now its places are what is scarce, now its tokens. */
export const LIMITS: Deployment['limits'] = {
  concurrencyMax: 5,
  concurrencyInitial: 5,
  tokensPerMinute: TOKENS_PER_MINUTE,
  interactiveShare: 0.2,
  firstByteMsMax: 120_000,
  totalMsMax: 600_000,
}

const DEPLOYMENT: Deployment = {
  id: 'one',
  model: MODEL,
  provider: 'openai',
  outputTokensDefault: 4_096,
  providerModel: 'gpt-4.1',
  baseUrl: 'http://one',
  apiKey: 'sk-one',
  weight: 1,
  costBook: 'gpt-4.1',
  limits: LIMITS,
}

/** A tick a second would be most of what happens on a day. */
const EXECUTE = { ...DEFAULT_EXECUTE_LIMITS, tickMs: 30_000, leaseMs: 120_000, groupMsMax: 2_000 }

const INTAKE = { ...DEFAULT_INTAKE_LIMITS, itemsMax: 10_000 }

export interface Day {
  readonly plan: DayPlan
  readonly diary: Diary
}

/** A day of the very stations in virtual time: accounts of all sizes, and people who ask now and then. */
export const simulateDay = async (seed: number): Promise<Day> => {
  const dice = createDice(seed, 'day')
  const plan = drawDay(dice.fork('plan'))
  const scheduler = createScheduler()
  const diary = emptyDiary()
  const process = new SimProcess('day', scheduler)
  const clock = createProcessClock({
    scheduler,
    process,
    dice: dice.fork('clock'),
    skew: { aheadMs: 0, rate: 1 },
  })
  const blobs = createMemoryBlobs()
  const database = openDatabase(':memory:')
  const ports = storePorts({
    db: sqliteDb(database, { now: clock.now, crash: () => {} }),
    blobs,
    crash: () => {},
  })
  const call = keepDiary({ diary, plan, scheduler, call: openCall(seed, scheduler, process, clock) })
  const ids = countedIds()
  const orderOfBatch = new Map<string, number>()
  const stations = await startStations({
    store: ports.engine,
    blobs,
    call,
    clock,
    random: dice.fork('random'),
    ids,
    dialects: new Map([['native', nativeDialect]]),
    channelOf: (deployment, endpoint) => passThrough(openaiProtocol, deployment, endpoint),
    ratesOf: () => openaiProtocol.rates,
    deployments: [DEPLOYMENT],
    costBooks: COST_BOOKS,
    limits: EXECUTE,
    room: { trouble: () => undefined, look: async () => {} },
    crash: () => {},
    alone: true,
    observer: UNOBSERVED,
    onTick: () => {},
    onBatchEnded: (batch) => diary.endedAt.set(orderOfBatch.get(batch) ?? -1, scheduler.now()),
    onError: (where, error) => diary.troubles.push(`${where}: ${String(error)}`),
    onFatal: (error) => diary.troubles.push(`an invariant is broken: ${String(error)}`),
  })

  const accept = async (order: DayPlan['orders'][number]): Promise<void> => {
    const random = dice.fork(`order ${order.number}`)
    const station = { clock, ids, random, blobs, tenant: ports.tenant }
    const batch = await submit(
      { ...station, limits: INTAKE, retentionMs: 30 * DAY_MS, reach: () => {} },
      order,
      false,
    )
    orderOfBatch.set(batch, order.number)
    diary.acceptedAt.set(order.number, scheduler.now())
    stations.worker.wake()
  }
  const desk = { routes: stations.routes, call, now: scheduler.now, diary }
  for (const order of plan.orders) scheduler.after(order.submitAt, () => void accept(order))
  plan.calls.forEach((at) => void scheduler.after(at, () => askAlone(desk)))
  plan.bursts.forEach((burst) => void scheduler.after(burst.from, () => askInBurst(desk, burst)))

  await runFor(scheduler, DAY_MS)
  database.close()
  return { plan, diary }
}

const openCall = (seed: number, scheduler: Scheduler, process: SimProcess, clock: Clock): Call =>
  createCall({
    simulator: createSimulator({
      seed,
      clock: { now: scheduler.now },
      defaults: {
        firstByteMs: 15_000,
        firstByteSpreadMs: 7_000,
        answerTokens: ANSWER_TOKENS,
        answerTokensSpread: 200,
      },
    }),
    scheduler,
    process,
    clock,
    dice: createDice(seed, 'network'),
    noConnection: () => 0,
    onCall: () => () => {},
  })

const runFor = async (scheduler: Scheduler, ms: number): Promise<void> => {
  while (scheduler.now() < ms && scheduler.runNext()) await quiescent()
}

const countedIds = (): Ids => {
  let count = 0
  return {
    next(prefix) {
      count += 1
      return `${prefix}${String(count).padStart(8, '0')}`
    },
  }
}
