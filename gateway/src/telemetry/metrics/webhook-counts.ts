import type { AttemptReceipt, DeliveryStore, RecordedAttempt } from '../../storage/deliveries.ts'
import { Count, CountsByName } from './counts-by-name.ts'
import { Durations, HTTP_SECONDS } from './durations.ts'

/** Counts what receivers of webhooks made of what was sent to them. */
export class WebhookCounts {
  /** By how the attempt ended. */
  readonly outcomes = new CountsByName(() => new Count())
  readonly seconds = new Durations(HTTP_SECONDS)
  disabled = 0

  recorded({ outcome, attempt }: RecordedAttempt, receipt: AttemptReceipt): void {
    this.outcomes.of(outcome.kind).value += 1
    this.seconds.add(attempt.ms / 1_000)
    if (receipt.disabled !== null) this.disabled += 1
  }
}

/** The same store; what is recorded there is counted. */
export const countedDeliveries = (store: DeliveryStore, counts: WebhookCounts): DeliveryStore => ({
  ...store,
  async record(attempt) {
    const receipt = await store.record(attempt)
    counts.recorded(attempt, receipt)
    return receipt
  },
})
