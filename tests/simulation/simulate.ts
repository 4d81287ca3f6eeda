import { createMemoryBlobs } from '../../gateway/src/storage/blobs/memory.ts'
import { storePorts } from '../../gateway/src/storage/store-ports.ts'
import { AnswerChecks } from './checks/answers.ts'
import { createCallChecks } from './checks/calls.ts'
import { checkEnd } from './checks/end.ts'
import { LedgerOfAppends } from './checks/ledger-of-appends.ts'
import { Places } from './checks/places.ts'
import { StoreWatch } from './checks/store-watch.ts'
import { Suspicions } from './checks/suspicions.ts'
import { Client } from './client.ts'
import { createWallClock } from './clocks.ts'
import { createDice } from './dice.ts'
import { Fleet } from './fleet.ts'
import { createLogbook } from './logbook.ts'
import { createProvider } from './provider.ts'
import { drawScenario } from './scenario.ts'
import { createScheduler, quiescent } from './scheduler.ts'
import { createSharedStore } from './shared-store.ts'
import { createTruth } from './truth.ts'
import { createWeather } from './weather.ts'

export interface Run {
  readonly seed: number
  /** Of everything that happened: two runs of one seed have the same. */
  readonly hash: string
  readonly violations: readonly string[]
  readonly marks: ReadonlyMap<string, number>
  readonly virtualMs: number
  readonly events: number
}

/**
 * After the chaos all must come to its end within so long: breakers rest for minutes, backoffs for one. The
 * slowest of 400 seeds took 154 s; a longer limit only makes a run that hangs slower to tell.
 */
const CALM_MS_MAX = 30 * 60_000

/** One run of the whole system in virtual time, from a seed. */
export const simulate = async (seed: number, print?: (line: string) => void): Promise<Run> => {
  const dice = createDice(seed)
  const scenario = drawScenario(seed)
  const scheduler = createScheduler()
  const logbook = createLogbook(scheduler, print)
  const weather = createWeather(scenario, scheduler)
  logbook.line(JSON.stringify(scenario, (_, value) => (value instanceof Map ? [...value] : value)))

  const storeSkew = { aheadMs: dice.int(0, 5_000), rate: 1 }
  const storeClock = createWallClock(scheduler, storeSkew)
  const simulator = createProvider({ seed, faults: scenario.faults, scheduler, dice: dice.fork('provider') })
  const truth = createTruth(scenario.orders, (body) => simulator.expectedAnswer(body))
  const places = new Places(truth)
  const suspicions = new Suspicions()
  const calls = createCallChecks({ scheduler, logbook, truth, places, suspicions })
  const appends = new LedgerOfAppends()
  const blobs = createMemoryBlobs()
  const store = createSharedStore({
    now: storeClock.now,
    trouble: { refusal: weather.storeRefusal, doubt: weather.storeDoubt, isFull: weather.diskIsFull },
    logbook,
    onCommitted: (commit) => watch.committed(commit),
  })
  const { database } = store
  const answers = new AnswerChecks({
    database,
    blobs,
    truth,
    places,
    calls,
    violation: logbook.violation,
    mark: logbook.mark,
  })
  const { audit } = storePorts({ db: store.db, blobs, crash: () => {} })
  const watch = new StoreWatch({
    database,
    now: storeClock.now,
    audit,
    logbook,
    places,
    answers,
    suspicions,
    appends,
  })
  const fleet = new Fleet(
    { scenario, scheduler, logbook, weather, store, blobs, simulator, calls, answers, appends, suspicions },
    dice.fork('fleet'),
    storeClock,
  )
  const clients = scenario.orders.map((order) => {
    const clientDice = dice.fork(`client ${order.number}`)
    const connect = (): ReturnType<Fleet['connect']> => fleet.connect(clientDice)
    return new Client({ order, truth, scheduler, logbook, weather, dice: clientDice, connect })
  })

  const isOver = (): boolean => {
    if (weather.isChaos() || !clients.every((client) => client.isDone)) return false
    return [...watch.batches.values()].every(
      (batch) => batch.state === 'ended' && (batch.deletedAt === null || batch.purgedAt !== null),
    )
  }
  const until = async (isReached: () => boolean): Promise<void> => {
    while (logbook.violations().length === 0 && !isReached()) {
      if (scheduler.now() > scenario.chaosMs + CALM_MS_MAX) {
        logbook.violation(`it has not come to its end: ${fleet.describe()}`)
      }
      if (!scheduler.runNext()) logbook.violation(`nothing is left to happen: ${fleet.describe()}`)
      await quiescent()
    }
  }

  await until(isOver)
  if (logbook.violations().length === 0) {
    const stopped = fleet.stopAll()
    await until(() => stopped.isDone())
  }
  if (logbook.violations().length === 0) {
    await watch.checkBooks('the end')
    await checkEnd({ watch, blobs, clients: truth.orders, violation: logbook.violation })
  }
  database.close()
  return {
    seed,
    hash: logbook.hash(),
    violations: logbook.violations(),
    marks: logbook.marks(),
    virtualMs: scheduler.now(),
    events: scheduler.event(),
  }
}
