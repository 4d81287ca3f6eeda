/** At most `max` at the same time; the others wait in the order in which they came. */
export const createTurns = (max: number): (<Value>(run: () => Promise<Value>) => Promise<Value>) => {
  const waiting: Array<() => void> = []
  let running = 0
  return async (run) => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await run()
    } finally {
      // Whoever is next takes over the place, so that nobody who comes now is before it.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}
