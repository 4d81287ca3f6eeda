/**
 * Which request is sent next: deficit round robin over accounts (Shreedhar and Varghese, 1995), so that a
 * large job of one account never starves a small one of another; within an account, the most urgent
 * source first.
 */
export interface Source<Item> {
  readonly account: string
  /** Smaller is more urgent. */
  readonly urgency: number
  /** What the next item weighs (bytes), or undefined while there is none at hand. */
  nextWeight(): number | undefined
  take(): Item
}

export interface FairQueue<Item> {
  add(source: Source<Item>): void
  remove(source: Source<Item>): void
  /** The next item by fairness, or undefined while no source has one. */
  take(): Item | undefined
}

interface AccountTurn<Item> {
  readonly account: string
  readonly sources: Source<Item>[]
  deficit: number
}

export const createFairQueue = <Item>(quantum: number): FairQueue<Item> => {
  const turns: AccountTurn<Item>[] = []
  let current = 0

  const readySource = (turn: AccountTurn<Item>): { source: Source<Item>; weight: number } | undefined => {
    for (const source of turn.sources) {
      const weight = source.nextWeight()
      if (weight !== undefined) return { source, weight }
    }
    return undefined
  }

  const passOn = (): void => {
    current = (current + 1) % Math.max(1, turns.length)
  }

  return {
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
    take() {
      for (let idle = 0; idle < turns.length; ) {
        const turn = turns[current]
        if (!turn) return undefined
        const ready = readySource(turn)
        if (!ready) {
          // Credit is for those who have work: an idle account does not save it up.
          turn.deficit = 0
          idle += 1
          passOn()
        } else if (turn.deficit >= ready.weight) {
          turn.deficit -= ready.weight
          return ready.source.take()
        } else {
          turn.deficit += quantum
          idle = 0
          if (turns.length > 1) passOn()
        }
      }
      return undefined
    },
  }
}
