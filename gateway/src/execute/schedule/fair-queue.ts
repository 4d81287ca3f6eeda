/**
 * Whose turn is next. Between accounts: whoever has used the fewest tokens (start-time fair queueing; Goyal,
 * Vin and Cheng, 1996), so that a large job of one account never starves a small one of another. Within an
 * account: the most urgent source first. Tokens are shared out, not requests, because they are what providers
 * limit and what is paid for.
 *
 * Time is counted in tokens too: it is at what the account used whose turn was last. Who has been idle is at
 * most a credit behind it. So a small job goes ahead at once of one that has run for hours, yet nobody saves
 * up a day of silence, and nobody gains by coming and going: what was used while away is remembered for as
 * long as it matters. Each turn moves its account behind all that are ready, by what it takes; so no account
 * waits for more than the credit and one item of each of the others.
 */
export interface Source {
  readonly account: string
  /** Smaller is more urgent. */
  readonly urgency: number
  /** How many bytes the next item has, or undefined while there is none that may start. */
  nextBytes(): number | undefined
}

/** The next item of a source, charged to its account. */
export interface Turn<Queued extends Source> {
  readonly source: Queued
  readonly chargedTokens: number
}

export interface FairQueue<Queued extends Source> {
  add(source: Queued): void
  remove(source: Queued): void
  isEmpty(): boolean
  /** Undefined while no source has an item. */
  next(): Turn<Queued> | undefined
  /** What an item has really used, in place of what its account was charged. */
  used(turn: Turn<Queued>, tokens: number): void
}

export interface FairQueueOptions {
  /** An account that has been idle is at most so many tokens ahead of the others. */
  readonly creditTokens: number
  /** What an item of so many bytes will use, input and output. */
  readonly tokensOf: (bytes: number) => number
}

interface Account<Queued> {
  readonly sources: Queued[]
  usedTokens: number
}

interface Item<Queued> {
  readonly account: Account<Queued>
  readonly source: Queued
  readonly bytes: number
}

export const createFairQueue = <Queued extends Source>({
  creditTokens,
  tokensOf,
}: FairQueueOptions): FairQueue<Queued> => {
  const accounts = new Map<string, Account<Queued>>()
  let sources = 0
  let now = 0

  const accountOf = (name: string): Account<Queued> => {
    const known = accounts.get(name)
    if (known) return known
    const account = { sources: [], usedTokens: now - creditTokens }
    accounts.set(name, account)
    return account
  }

  const nextItemOf = (account: Account<Queued>): Item<Queued> | undefined => {
    for (const source of account.sources) {
      const bytes = source.nextBytes()
      if (bytes !== undefined) return { account, source, bytes }
    }
    return undefined
  }

  /** Idle ones too, until they would have no less than a newcomer. */
  const forgetIdle = (): void => {
    for (const [name, account] of accounts) {
      if (account.sources.length === 0 && account.usedTokens <= now - creditTokens) accounts.delete(name)
    }
  }

  return {
    isEmpty: () => sources === 0,
    add(source) {
      const queue = accountOf(source.account).sources
      const after = queue.findIndex((each) => each.urgency > source.urgency)
      queue.splice(after === -1 ? queue.length : after, 0, source)
      sources += 1
    },
    remove(source) {
      const queue = accounts.get(source.account)?.sources
      const place = queue?.indexOf(source) ?? -1
      if (!queue || place === -1) return
      queue.splice(place, 1)
      sources -= 1
      if (queue.length === 0) forgetIdle()
    },
    next() {
      let item: Item<Queued> | undefined
      for (const account of accounts.values()) {
        if (item && account.usedTokens >= item.account.usedTokens) continue
        item = nextItemOf(account) ?? item
      }
      if (!item) return undefined
      const { account, source, bytes } = item
      const chargedTokens = Math.max(1, tokensOf(bytes))
      // Also one whose sources all waited for something has been idle.
      const startTokens = Math.max(account.usedTokens, now - creditTokens)
      now = Math.max(now, startTokens)
      account.usedTokens = startTokens + chargedTokens
      return { source, chargedTokens }
    },
    used({ source, chargedTokens }, tokens) {
      const account = accounts.get(source.account)
      if (account) account.usedTokens += tokens - chargedTokens
    },
  }
}
