/** Runs what is to be done for a group when its turn comes. */
export type InTurn = <Value>(group: string, run: () => Promise<Value>) => Promise<Value>

export interface TurnLimits {
  /** At the same time, of all groups. */
  readonly max: number
  /** Of them, of one group: what it waits for may never come. */
  readonly perGroupMax: number
}

/** Groups that wait take turns, however much one of them has to do; within a group it goes by the order of arrival. */
export const createTurns = ({ max, perGroupMax }: TurnLimits): InTurn => {
  /** A map's order is that of its insertions: a group that had its turn is put at the end again. */
  const waiting = new Map<string, Array<() => void>>()
  const running = new Map<string, number>()
  let total = 0

  const count = (group: string, change: 1 | -1): void => {
    const now = (running.get(group) ?? 0) + change
    if (now === 0) running.delete(group)
    else running.set(group, now)
    total += change
  }

  const hasPlace = (group: string): boolean => total < max && (running.get(group) ?? 0) < perGroupMax

  /** The place is taken for whoever is next, so that nobody who comes meanwhile is before it. */
  const startNext = (): void => {
    for (const [group, starts] of waiting) {
      if (!hasPlace(group)) continue
      const start = starts.shift()
      waiting.delete(group)
      if (starts.length > 0) waiting.set(group, starts)
      count(group, 1)
      start?.()
      return
    }
  }

  const enter = (group: string): Promise<void> | undefined => {
    if (hasPlace(group) && !waiting.has(group)) {
      count(group, 1)
      return undefined
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const starts = waiting.get(group) ?? []
    waiting.set(group, starts)
    starts.push(resolve)
    return promise
  }

  return async (group, run) => {
    await enter(group)
    try {
      return await run()
    } finally {
      count(group, -1)
      startNext()
    }
  }
}
