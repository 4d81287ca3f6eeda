import { StoreError, type StoreErrorCode } from '../storage/errors.ts'
import type { AcceptOutcome } from '../storage/tenant.ts'
import type { ServerContext } from './context.ts'
import { type CreatedBatch, keyReused, spendLimitReached } from './create-order.ts'
import { ApiError } from './errors.ts'

/**
 * The accept of a batch whose requests lie in a blob of its own, which is committed: where it is known that no
 * batch came to own it, it goes. Where the accept is in doubt it stays, for a batch that may be there after all;
 * the sweep of the next start knows.
 */
export const acceptWithBlob = async (
  context: ServerContext,
  { id, blobName }: { id: string; blobName: string },
  accept: () => Promise<AcceptOutcome>,
): Promise<CreatedBatch> => {
  const drop = (): Promise<void> =>
    context.blobs.remove(blobName).catch((error) => context.onFault(error, id))
  const outcome = await accept().catch(async (error: unknown) => {
    if (wroteNothing(error)) await drop()
    throw error
  })
  if (outcome.kind === 'accepted') context.onAccepted()
  else await drop()
  if (outcome.kind === 'over_limit') throw spendLimitReached(outcome)
  if (!('batch' in outcome)) throw new Error(`a batch with requests of its own is ${outcome.kind}`)
  if (outcome.kind === 'conflict') throw keyReused(outcome.batch)
  return { batch: outcome.batch, isNew: outcome.kind === 'accepted' }
}

const NOTHING_WRITTEN: ReadonlySet<StoreErrorCode> = new Set(['disk_full', 'busy', 'closed'])

const wroteNothing = (error: unknown): boolean =>
  error instanceof ApiError || (error instanceof StoreError && NOTHING_WRITTEN.has(error.code))
