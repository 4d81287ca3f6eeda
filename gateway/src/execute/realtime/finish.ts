import type { AnswerEntry } from '../../batch/answer-frame.ts'
import { type StopCause, unansweredKind } from '../../batch/batch-life.ts'
import type { FinishedRequest } from '../../batch/dialect.ts'
import { type Clock, sleep } from '../../clock/clock.ts'
import { NO_USAGE } from '../../money/usage.ts'
import type { Sink } from '../../settle/sink.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { ShardStore } from '../../storage/engine.ts'
import type { ExecuteObserver } from '../observer.ts'
import { runEnd } from '../run-end.ts'
import { createRequestSource } from './request-source.ts'
import type { ShardRun } from './shard-run.ts'

/** The entry of a request that bought nothing: failed, expired or cancelled. It costs nothing. */
export const unpaidEntry = (
  run: ShardRun,
  request: { position: number; customId: string },
  kind: Exclude<FinishedRequest['kind'], 'succeeded'>,
  error: FinishedRequest['error'],
  latencyMs: number,
): AnswerEntry => ({
  position: request.position,
  kind,
  usage: NO_USAGE,
  usageEstimated: false,
  charge: 0n,
  listCharge: 0n,
  cost: 0n,
  costUnknown: false,
  latencyMs,
  line: run.dialect.line({
    batch: run.claimed.batch,
    customId: request.customId,
    index: run.table.batchIndex(request.position),
    kind,
    model: run.claimed.model,
    text: null,
    finishReason: null,
    usage: null,
    charge: 0n,
    error,
    reply: null,
  }),
})

export interface FinishOptions {
  readonly store: Pick<ShardStore, 'seal' | 'release'>
  readonly sink: Sink
  readonly observer: Pick<ExecuteObserver, 'answered'>
  readonly blobs: Pick<Blobs, 'read'>
  readonly clock: Clock
  readonly windowBytesMax: number
  /** Between two tries of a seal that a full disk or an absent database refused. */
  readonly retryMs: number
  readonly onBatchEnded: (batch: string) => void
  /** A broken invariant: the worker must stop, loudly. */
  readonly onFatal: (error: unknown) => void
  /** The store refused a seal or a release; it is tried again. */
  readonly onError: (where: string, error: unknown) => void
  readonly onUnreadable: (run: ShardRun, error: unknown) => void
}

/** Ends a run of which nothing is in flight any more. Resolves when the shard is out of this worker's hands. */
export const createFinish = (options: FinishOptions) => {
  const { store, sink, clock } = options

  const answerTheRest = async (run: ShardRun, cause: StopCause): Promise<void> => {
    const positions = run.unanswered()
    let wake: () => void = () => undefined
    const source = createRequestSource({
      blobs: options.blobs,
      clock,
      blob: run.claimed.blob,
      table: run.table,
      positions,
      windowBytesMax: options.windowBytesMax,
      onLoaded: () => wake(),
      onError: (error) => options.onUnreadable(run, error),
      isWanted: () => run.stopCause !== 'lost',
    })
    const kind = unansweredKind(cause)
    while (source.left() > 0 && run.stopCause !== 'lost') {
      if (source.nextBytes() === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      const request = source.take()
      run.markAnswered(request.position)
      const entry = unpaidEntry(run, request, kind, STOPPED[cause], 0)
      sink.add(run.claimed.id, entry)
      options.observer.answered(run.claimed, entry)
    }
  }

  const sealed = async (run: ShardRun): Promise<void> => {
    const receipt = await store.seal(run.ref)
    if (receipt.kind === 'sealed' && receipt.batchEnded) options.onBatchEnded(run.claimed.batch)
  }

  const persist = async (work: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      try {
        await work()
        return
      } catch (error) {
        if (error instanceof Error && error.name === 'InvariantBroken') return options.onFatal(error)
        options.onError('end of a shard', error)
        await sleep(clock, options.retryMs)
      }
    }
  }

  return async (run: ShardRun): Promise<void> => {
    const { stopCause } = run
    const unanswered = run.unanswered().length
    const end = runEnd(stopCause, unanswered)
    if (end === 'drop') return
    if (end === 'answer_and_seal') await answerTheRest(run, stopCause as StopCause)
    // Lost while it was answered: nothing is complete, and nothing is ours to end.
    if (run.stopCause === 'lost') return
    await sink.settled()
    // The shard may have been lost meanwhile; the epoch then refuses both verbs.
    await persist(() => (end === 'release' ? store.release(run.ref) : sealed(run)))
  }
}

const STOPPED: Record<StopCause, { code: string; message: string }> = {
  deadline: {
    code: 'batch_expired',
    message: 'This request could not be executed before the completion window expired.',
  },
  cancel: { code: 'batch_cancelled', message: 'The batch was cancelled before this request was executed.' },
  delete: { code: 'batch_cancelled', message: 'The batch was deleted before this request was executed.' },
  budget: { code: 'budget_exceeded', message: 'The budget of the batch was used up before this request.' },
}
