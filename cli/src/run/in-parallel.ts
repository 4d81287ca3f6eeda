/** So many at a time, in order. The first error ends the others through `abort`, and is what is thrown. */
export const inParallel = async (
  jobs: readonly (() => Promise<void>)[],
  settings: {
    readonly parallel: number
    readonly abort: AbortController
    /** Those that run go on; no other is started. */
    readonly isStopped: () => boolean
  },
): Promise<void> => {
  const { parallel, abort, isStopped } = settings
  const queue = jobs.values()
  let failed: { readonly error: unknown } | undefined
  const work = async () => {
    for (const job of queue) {
      if (abort.signal.aborted || isStopped()) return
      try {
        await job()
      } catch (error) {
        failed ??= { error }
        abort.abort()
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, jobs.length) }, work))
  if (failed) throw failed.error
}
