export interface Interrupt {
  /** Which signal asked us to stop. */
  signal(): NodeJS.Signals | undefined
  /** Gives the signals back. Once one came they stay ours: its twin must not end the winding up half-way. */
  dispose(): void
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Stops once, in order: a launcher and a terminal may both bring the same Ctrl-C. */
export const onInterrupt = (stop: () => void): Interrupt => {
  let received: NodeJS.Signals | undefined
  const handle = (signal: NodeJS.Signals) => {
    if (received) return
    received = signal
    stop()
  }
  for (const signal of signals) process.on(signal, handle)
  return {
    signal: () => received,
    dispose: () => {
      if (received) return
      for (const signal of signals) process.off(signal, handle)
    },
  }
}
