/** The batches that this run has with the server. */
export interface Running {
  enter(batchId: string): void
  leave(batchId: string): void
  /** Cancels what runs, and whatever enters from now on. */
  cancelAll(): void
  /** Nothing new is to be started. */
  readonly isStopped: boolean
  readonly hasCancelled: boolean
}

export const createRunning = (cancel: (batchId: string) => void): Running => {
  const running = new Set<string>()
  let isStopped = false
  let hasCancelled = false
  const cancelOne = (id: string) => {
    hasCancelled = true
    cancel(id)
  }
  return {
    enter: (id) => {
      running.add(id)
      if (isStopped) cancelOne(id)
    },
    leave: (id) => void running.delete(id),
    cancelAll: () => {
      if (isStopped) return
      isStopped = true
      for (const id of running) cancelOne(id)
    },
    get isStopped() {
      return isStopped
    },
    get hasCancelled() {
      return hasCancelled
    },
  }
}
