import type { CallEnd, InteractiveCall } from '../../interactive/interactive-call.ts'

export interface RunningCalls {
  readonly call: InteractiveCall
  /** Resolves once no call is under way: all that they came to is booked. */
  idle(): Promise<void>
}

/** A client whose connection is closed leaves its call behind, to be ended and charged by itself. */
export const createRunningCalls = (make: InteractiveCall): RunningCalls => {
  const running = new Set<Promise<CallEnd>>()
  return {
    call(order) {
      const end = make(order)
      running.add(end)
      void end.then(() => running.delete(end))
      return end
    },
    async idle() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
