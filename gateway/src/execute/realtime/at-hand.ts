import type { Sated, Unwanted } from '../../storage/engine.ts'
import type { ShardRun } from './shard-run.ts'

/**
 * What is claimed of each account and not yet started, for each model. Each account may have its part of what
 * the model's gates could start soon. So no account's turn comes to nothing for want of a shard, and the first
 * shard of one that comes anew is wanted at once, however much of others is at hand. So is one that is more
 * urgent than what its account has here: what is less urgent is no part of its turn.
 */
export interface AtHand {
  add(run: ShardRun): void
  remove(run: ShardRun): void
  /**
   * Has the run itself less than its account's part? True once for each: what follows it is asked for before
   * it runs dry, and other runs of the account, less urgent ones, are no reason to wait.
   */
  runsLow(run: ShardRun): boolean
  /** How many more requests the gates could take soon. */
  appetite(): number
  /** What a claim should not bring, as far as enough of it is here. */
  enough(): Unwanted
  /** Models that shards came for since this worker began. */
  models(): Iterable<string>
  runsOf(model: string): Iterable<ShardRun>
}

/** Claim ahead so many times what the gates could have in flight: a claim and the first read take as long. */
const CLAIM_AHEAD = 4

/**
 * Each run has its read windows, half a megabyte at most. From so many on, accounts have no shard each: then
 * a model wants none while it has enough, whosever it is, and accounts follow one another as shards end.
 */
const RUNS_FOR_EACH_MAX = 128

export const createAtHand = (limitOf: (model?: string) => number): AtHand => {
  const models = new Map<string, Map<string, Set<ShardRun>>>()
  const low = new WeakSet<ShardRun>()
  let runs = 0

  const accountsOf = (model: string): Map<string, Set<ShardRun>> => {
    const known = models.get(model)
    if (known) return known
    const made = new Map<string, Set<ShardRun>>()
    models.set(model, made)
    return made
  }

  const unstartedOf = (account: Iterable<ShardRun>): number => {
    let sum = 0
    for (const run of account) sum += run.unstarted()
    return sum
  }

  const unstartedOfModel = (model: string): number => {
    let sum = 0
    for (const account of accountsOf(model).values()) sum += unstartedOf(account)
    return sum
  }

  const partOf = (model: string): number => (CLAIM_AHEAD * limitOf(model)) / accountsOf(model).size

  /** From which end of a window on the account has its part, the more urgent runs counted first. */
  const satedFrom = (model: string, account: Iterable<ShardRun>): number | undefined => {
    const part = partOf(model)
    let sum = 0
    for (const run of [...account].sort((left, right) => left.urgency - right.urgency)) {
      sum += run.unstarted()
      if (sum >= part) return run.urgency
    }
    return undefined
  }

  return {
    add(run) {
      const { model, account } = run.claimed
      const accounts = accountsOf(model)
      accounts.set(account, (accounts.get(account) ?? new Set()).add(run))
      runs += 1
    },
    remove(run) {
      const { model, account } = run.claimed
      const accounts = accountsOf(model)
      const known = accounts.get(account)
      if (!known?.delete(run)) return
      runs -= 1
      if (known.size === 0) accounts.delete(account)
    },
    runsLow(run) {
      if (low.has(run) || run.unstarted() >= partOf(run.claimed.model)) return false
      low.add(run)
      return true
    },
    appetite() {
      let unstarted = 0
      for (const model of models.keys()) unstarted += unstartedOfModel(model)
      return Math.max(0, CLAIM_AHEAD * limitOf() - unstarted)
    },
    enough() {
      const skipModels: string[] = []
      const sated: Sated[] = []
      for (const [model, accounts] of models) {
        if (runs >= RUNS_FOR_EACH_MAX && unstartedOfModel(model) >= CLAIM_AHEAD * limitOf(model)) {
          skipModels.push(model)
          continue
        }
        for (const [account, runsOfAccount] of accounts) {
          const windowEnd = satedFrom(model, runsOfAccount)
          if (windowEnd !== undefined) sated.push({ account, model, windowEnd })
        }
      }
      return { skipModels, sated }
    },
    models: () => models.keys(),
    *runsOf(model) {
      for (const account of accountsOf(model).values()) yield* account
    },
  }
}
