import type { FileTarget } from '../intake/file/contents.ts'
import { encodeSell } from '../money/price.ts'
import { type PlanPrices, planFileBatch } from '../plan/plan-file-batch.ts'
import type { NewBatch } from '../storage/tenant.ts'

/** What a batch is by the models that its requests name: its size, its prices, and what is held for it. */
export const planTargets = (
  targets: readonly FileTarget[],
  { outputTokensAssumed, prices }: { outputTokensAssumed: number; prices: PlanPrices },
): Pick<NewBatch, 'model' | 'sell' | 'hold' | 'total'> => {
  const plan = planFileBatch(
    targets.map(({ model, inputTokens, outputTokens, withoutOutputLimit }) => ({
      model,
      inputTokens,
      outputTokens: outputTokens + withoutOutputLimit * outputTokensAssumed,
    })),
    prices,
  )
  const [first] = targets
  return {
    model: targets.length === 1 ? (first?.model ?? '') : '',
    sell: encodeSell(plan.sell),
    hold: plan.hold,
    total: targets.reduce((sum, { requests }) => sum + requests, 0),
  }
}
