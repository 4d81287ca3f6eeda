import type { AcceptOutcome, BatchSource, NewBatch } from '../storage/tenant.ts'
import type { Span } from '../telemetry/traces/tracer.ts'
import type { ServerContext } from './context.ts'

/** T1, as those see it who run the installation. */
export const acceptBatch = async (
  context: ServerContext,
  { account, span }: { account: string; span: Span },
  { batch, source }: { batch: NewBatch; source: BatchSource },
): Promise<AcceptOutcome> => {
  const accepting = span.child('accept', { attributes: { 'sheepfold.batch': batch.id } })
  try {
    const outcome = await context.tenant(account).accept(batch, source)
    accepting.set({ 'sheepfold.outcome': outcome.kind })
    accepting.end()
    if (outcome.kind === 'accepted') context.observer.accepted(account, outcome.batch)
    return outcome
  } catch (error) {
    accepting.end({ failed: 'store' })
    throw error
  }
}
