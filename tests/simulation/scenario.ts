import { CRASH_POINTS } from '../../gateway/src/crash/crash-points.ts'
import type { ExecuteLimits } from '../../gateway/src/execute/limits.ts'
import { DEFAULT_EXECUTE_LIMITS } from '../../gateway/src/execute/limits.ts'
import type { IntakeLimits } from '../../gateway/src/intake/limits.ts'
import { DEFAULT_INTAKE_LIMITS } from '../../gateway/src/intake/limits.ts'
import type { Fault, FaultKind } from '../../simulator/src/core/options.ts'
import { createDice, type Dice } from './dice.ts'
import { drawOrders, type OrderPlan } from './orders.ts'

/** Neither webhooks nor ordinary calls are part of the simulation: `tests/crashes` kills at their points. */
export const SIMULATED_POINTS = CRASH_POINTS.filter((point) => !/^(webhook|usage|post_usage)\./.test(point))

/**
 * What one seed does to the system. Each kind of trouble is there in about half of the seeds ("swarm
 * testing", Groce et al., ISSTA 2012): where all of it happens always, some of it hides the rest.
 */
export interface Scenario {
  readonly seed: number
  /** `alone`: one process and its store die together. `cluster`: several share a store, as on PostgreSQL. */
  readonly mode: 'alone' | 'cluster'
  readonly workers: number
  /** From then on nothing goes wrong any more, and all must come to its end. */
  readonly chaosMs: number
  readonly execute: ExecuteLimits
  readonly intake: IntakeLimits
  readonly retentionMs: number
  /** Of each deployment: the fewer, the sooner answers pile up in front of a store that is slow. */
  readonly concurrencyMax: number
  readonly orders: readonly OrderPlan[]
  readonly trouble: Trouble
  readonly faults: readonly Fault[]
}

/** Mean times between two of a kind in milliseconds (infinite: never), and probabilities. */
export interface Trouble {
  readonly deathMs: number
  /** Whoever reaches this named place first dies there: each has its turn, the rare ones too. */
  readonly diesFirstAt: string | undefined
  /** Named places, and how likely it is to die at each time that one is reached. */
  readonly deathAtPoints: ReadonlyMap<string, number>
  readonly pauseMs: number
  readonly restartMs: number
  readonly clockJumpMs: number
  readonly skewed: boolean
  readonly storeRefusal: number
  readonly storeDoubt: number
  readonly storeSlow: number
  readonly blobFailure: number
  readonly blobSlow: number
  readonly lostReply: number
  readonly noConnection: number
  /** What is asked of the store then is answered when it is over. */
  readonly storeStalls: readonly Period[]
  readonly diskFull: readonly Period[]
  /**
   * `seen`: there is no room, writes fail, and the stations see it. `unseen`: their look at the free space
   * tells nothing, only the writes fail. `filling`: room runs out, and nothing has failed yet.
   */
  readonly diskFullIs: 'seen' | 'unseen' | 'filling'
}

export interface Period {
  readonly from: number
  readonly to: number
}

export const drawScenario = (seed: number): Scenario => {
  const dice = createDice(seed, 'scenario')
  const mode = dice.chance(0.35) ? 'alone' : 'cluster'
  const chaosMs = dice.int(15_000, 60_000)
  const trouble = drawTrouble(dice, chaosMs, seed)
  const isSoonPurged = trouble.diesFirstAt?.startsWith('purge') || dice.chance(0.4)
  return {
    seed,
    mode,
    workers: mode === 'alone' ? 1 : dice.int(1, 3),
    chaosMs,
    execute: drawExecuteLimits(dice),
    intake: drawIntakeLimits(dice),
    retentionMs: isSoonPurged ? dice.int(1_000, 30_000) : 30 * 86_400_000,
    concurrencyMax: dice.pick([1, 3, 12]),
    orders: drawOrders(dice.fork('orders'), chaosMs),
    trouble,
    faults: drawFaults(dice, chaosMs),
  }
}

const MIB = 1_048_576

const drawExecuteLimits = (dice: Dice): ExecuteLimits => ({
  ...DEFAULT_EXECUTE_LIMITS,
  groupBytesMax: dice.pick([600, 4_000, 262_144]),
  groupMsMax: dice.pick([5, 25, 500]),
  leaseMs: dice.pick([2_500, 5_000, 10_000]),
  tickMs: dice.pick([500, 1_000]),
  stopDrainMs: dice.pick([500, 5_000, 30_000]),
  windowBytesMax: dice.pick([200, 1_000, MIB]),
  creditTokens: dice.pick([0, 2_000, 65_536]),
  answerBytesMax: MIB,
})

const drawIntakeLimits = (dice: Dice): IntakeLimits => ({
  ...DEFAULT_INTAKE_LIMITS,
  windowSecondsMin: 1,
  shardRequestsMin: 1,
  shardRequestsMax: dice.pick([3, 8, 20]),
  shardsPerSmallBatch: dice.pick([1, 4, 16]),
})

const drawTrouble = (dice: Dice, chaosMs: number, seed: number): Trouble => {
  const often = (ms: number): number =>
    dice.chance(0.5) ? ms * dice.between(0.5, 2) : Number.POSITIVE_INFINITY
  const rate = (most: number): number => (dice.chance(0.5) ? most * dice.next() ** 2 : 0)
  const diesFirstAt = dice.chance(0.7) ? SIMULATED_POINTS[seed % SIMULATED_POINTS.length] : undefined
  const isRestarted = diesFirstAt?.startsWith('release') || dice.chance(0.4)
  return {
    deathMs: often(15_000),
    diesFirstAt,
    deathAtPoints: dice.chance(0.5) ? drawDeathPoints(dice) : new Map(),
    pauseMs: often(12_000),
    restartMs: isRestarted ? 12_000 : Number.POSITIVE_INFINITY,
    clockJumpMs: often(10_000),
    skewed: dice.chance(0.7),
    storeRefusal: rate(0.15),
    storeDoubt: rate(0.15),
    storeSlow: rate(0.1),
    blobFailure: rate(0.1),
    blobSlow: rate(0.2),
    lostReply: rate(0.3),
    noConnection: rate(0.2),
    storeStalls: dice.chance(0.25) ? drawPeriods(dice, chaosMs) : [],
    diskFull: dice.chance(0.3) ? drawPeriods(dice, chaosMs) : [],
    diskFullIs: dice.pick(['seen', 'unseen', 'filling']),
  }
}

/** A few of them, often: a seed that dies everywhere never gets far. */
const drawDeathPoints = (dice: Dice): Map<string, number> =>
  new Map(
    Array.from({ length: dice.int(1, 4) }, () => [dice.pick(SIMULATED_POINTS), dice.between(0.01, 0.4)]),
  )

const drawPeriods = (dice: Dice, chaosMs: number): Period[] =>
  Array.from({ length: dice.int(1, 3) }, () => {
    const from = dice.int(0, chaosMs)
    return { from, to: Math.min(chaosMs, from + dice.int(1_000, 20_000)) }
  })

/** With their highest rates; `key_revoked` and the like last for a while and hit one key. */
const BY_RATE: ReadonlyArray<readonly [kind: FaultKind, most: number]> = [
  ['rate_limit', 0.3],
  ['server_error', 0.2],
  ['bad_gateway', 0.1],
  ['unavailable', 0.1],
  ['overloaded', 0.1],
  ['slow', 0.1],
  ['reset_before', 0.1],
  ['reset_mid', 0.1],
  ['truncated_json', 0.1],
  ['invalid_json', 0.1],
  ['invalid_utf8', 0.05],
  ['wrong_content_type', 0.05],
  ['empty_body', 0.1],
  ['no_usage', 0.2],
  ['huge_answer', 0.03],
  ['hang', 0.05],
]
const CLOSING: readonly FaultKind[] = ['key_revoked', 'payment_required', 'quota_exceeded']
const KEYS = ['sk-one', 'sk-two', 'sk-three']

const drawFaults = (dice: Dice, chaosMs: number): Fault[] => {
  const faults: Fault[] = []
  if (dice.chance(0.4)) {
    const fromMs = dice.int(0, chaosMs)
    const toMs = Math.min(chaosMs, fromMs + dice.int(500, 20_000))
    faults.push({ kind: dice.pick(CLOSING), key: dice.pick(KEYS), fromMs, toMs })
  }
  for (const [kind, most] of BY_RATE) {
    if (!dice.chance(0.25)) continue
    const rate = most * dice.next()
    faults.push({ kind, rate, toMs: chaosMs, ...(kind === 'huge_answer' ? { bytes: 2 * MIB } : {}) })
  }
  return faults
}
