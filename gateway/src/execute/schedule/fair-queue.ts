/**
 * Whose turn is next: deficit round robin over accounts (Shreedhar and Varghese, 1995), so that a large job
 * of one account never starves a small one of another; within an account, the most urgent source first.
 * What is shared out is tokens: they are what providers limit and what is paid for.
 */
export interface Source {
  readonly account: string
  /** Smaller is more urgent. */
  readonly urgency: number
  /** How many bytes the next item has, or undefined while there is none that may start. */
  nextBytes(): number | undefined
}

export interface FairQueue<Queued extends Source> {
  add(source: Queued): void
  remove(source: Queued): void
  /** The source whose next item it is by fairness, charged to its account; undefined while none has one. */
  next(): Queued | undefined
  isEmpty(): boolean
}

export interface FairQueueOptions {
  /** One turn of an account in the round robin. */
  readonly quantumTokens: number
  /** What an item of so many bytes will use, input and output. */
  readonly tokensOf: (bytes: number) => number
}

interface AccountTurn<Queued> {
  readonly account: string
  readonly sources: Queued[]
  deficit: number
}

export const createFairQueue = <Queued extends Source>({
  quantumTokens,
  tokensOf,
}: FairQueueOptions): FairQueue<Queued> => {
  const turns: AccountTurn<Queued>[] = []
  let current = 0

  const readySource = (turn: AccountTurn<Queued>): { source: Queued; bytes: number } | undefined => {
    for (const source of turn.sources) {
      const bytes = source.nextBytes()
      if (bytes !== undefined) return { source, bytes }
    }
    return undefined
  }

  const passOn = (): void => {
    current = (current + 1) % Math.max(1, turns.length)
  }

  return {
    isEmpty: () => turns.length === 0,
    add(source) {
      let turn = turns.find((each) => each.account === source.account)
      if (!turn) {
        turn = { account: source.account, sources: [], deficit: 0 }
        turns.push(turn)
      }
      const after = turn.sources.findIndex((each) => each.urgency > source.urgency)
      turn.sources.splice(after === -1 ? turn.sources.length : after, 0, source)
    },
    remove(source) {
      const index = turns.findIndex((each) => each.account === source.account)
      const turn = turns[index]
      if (!turn) return
      const at = turn.sources.indexOf(source)
      if (at !== -1) turn.sources.splice(at, 1)
      if (turn.sources.length > 0) return
      turns.splice(index, 1)
      if (index < current) current -= 1
      if (current >= turns.length) current = 0
    },
    next() {
      for (let idle = 0; idle < turns.length; ) {
        const turn = turns[current]
        if (!turn) return undefined
        const ready = readySource(turn)
        if (!ready) {
          // Credit is for those who have work: an idle account does not save it up.
          turn.deficit = 0
          idle += 1
          passOn()
          continue
        }
        const tokens = tokensOf(ready.bytes)
        if (turn.deficit >= tokens) {
          turn.deficit -= tokens
          return ready.source
        }
        turn.deficit += quantumTokens
        idle = 0
        if (turns.length > 1) passOn()
      }
      return undefined
    },
  }
}
