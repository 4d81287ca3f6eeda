import { setTimeout as pause } from 'node:timers/promises'
import { type Batch, SheepfoldError, type WaitOptions } from '@sheepfold/client'

export interface WatchSettings {
  readonly get: (id: string, options: WaitOptions) => Promise<Batch>
  readonly signal: AbortSignal
  /** Give up waiting after this; the server goes on. */
  readonly waitMsMax: number
  readonly onProgress: (batch: Batch) => void
}

export type Watched =
  | { readonly kind: 'ended'; readonly batch: Batch }
  | { readonly kind: 'timed_out'; readonly batch: Batch }

/** Asks until the batch has ended: by long poll, in rhythm with how long it has been taking. */
export const watchBatch = async (first: Batch, settings: WatchSettings): Promise<Watched> => {
  const { get, signal, waitMsMax, onProgress } = settings
  const started = performance.now()
  let batch = first
  onProgress(batch)
  while (batch.status === 'in_progress') {
    const asked = performance.now()
    const leftMs = waitMsMax - (asked - started)
    if (leftMs <= 0) return { kind: 'timed_out', batch }
    const waitMs = Math.min(leftMs, rhythmMs(asked - started))
    batch = await get(batch.batch_id, {
      waitSeconds: Math.max(1, Math.round(waitMs / 1000)),
      signal,
    })
    onProgress(batch)
    // A host that knows no long poll answers at once, and would be asked again without end.
    const restMs = waitMs - (performance.now() - asked)
    if (batch.status === 'in_progress' && restMs > 0) await pauseUnless(signal, restMs)
  }
  return { kind: 'ended', batch }
}

/** Often at first, so that a progress bar moves; every 20 s for a batch that takes the night. */
const rhythmMs = (elapsedMs: number) => Math.min(20_000, Math.max(1_000, elapsedMs / 20))

const pauseUnless = async (signal: AbortSignal, ms: number): Promise<void> => {
  try {
    await pause(ms, undefined, { signal })
  } catch (cause) {
    throw new SheepfoldError({
      status: null,
      code: 'interrupted',
      message: 'Waiting was interrupted.',
      cause,
    })
  }
}
