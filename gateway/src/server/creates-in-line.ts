/**
 * Keeps apart the creates that may be the same one. Two with the same idempotency key go one after the
 * other; one that says that it is sent again waits for those of its key that came before it, because the
 * first may still be on its way in.
 */
export interface CreatesInLine {
  run<Result>(create: WaitingCreate, work: () => Promise<Result>): Promise<Result>
}

interface WaitingCreate {
  readonly account: string
  readonly apiKey: string
  readonly idempotencyKey: string | null
  readonly again: boolean
}

export const createCreatesInLine = (): CreatesInLine => {
  const running = new Map<string, Set<Promise<void>>>()

  const join = (line: string, entry: Promise<void>): (() => void) => {
    const entries = running.get(line) ?? new Set()
    entries.add(entry)
    running.set(line, entries)
    return () => {
      entries.delete(entry)
      if (entries.size === 0 && running.get(line) === entries) running.delete(line)
    }
  }

  return {
    async run({ account, apiKey, idempotencyKey, again }, work) {
      const named = idempotencyKey === null ? undefined : `named ${account} ${idempotencyKey}`
      const ofKey = `key ${apiKey}`
      const before = [
        ...(named === undefined ? [] : (running.get(named) ?? [])),
        ...(again ? (running.get(ofKey) ?? []) : []),
      ]
      const { promise, resolve } = Promise.withResolvers<void>()
      const leave = [ofKey, ...(named === undefined ? [] : [named])].map((line) => join(line, promise))
      try {
        await Promise.all(before)
        return await work()
      } finally {
        for (const each of leave) each()
        resolve()
      }
    },
  }
}
