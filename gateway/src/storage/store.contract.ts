import { describe, it } from 'vitest'
import { acceptCases } from './contract/accept.contract.ts'
import { adminCases } from './contract/admin.contract.ts'
import { appendCases } from './contract/append.contract.ts'
import { claimCases } from './contract/claim.contract.ts'
import { deliveryCases } from './contract/deliveries.contract.ts'
import { eventCases } from './contract/events.contract.ts'
import { fileCases } from './contract/files.contract.ts'
import { keyAndGateCases } from './contract/keys-and-gates.contract.ts'
import { outputCases } from './contract/output.contract.ts'
import { retentionCases } from './contract/retention.contract.ts'
import { retryCases } from './contract/retry.contract.ts'
import { sealCases } from './contract/seal.contract.ts'
import { spendCases } from './contract/spend.contract.ts'
import { type Cases, closedAfterEach, createStage, type OpenedStore } from './contract/stage.fixture.ts'
import { statusCases } from './contract/status.contract.ts'
import { stopCases } from './contract/stop.contract.ts'
import { uploadCases } from './contract/uploads.contract.ts'
import { usageCases } from './contract/usage.contract.ts'
import { webhookCases } from './contract/webhooks.contract.ts'
import { workerCases } from './contract/workers.contract.ts'

/** How an implementation differs from the others, where a case has to know. */
export interface StoreContractTraits {
  /** `system`: it reads the machine's clock, so cases that move the store's clock are skipped. */
  readonly clock: 'settable' | 'system'
}

/** What every implementation of the store promises. `open` gives an empty one. */
export const storeContract = (
  label: string,
  open: () => Promise<OpenedStore>,
  { clock }: StoreContractTraits = { clock: 'settable' },
): void => {
  describe(`store: ${label}`, () => {
    const closed = closedAfterEach()
    const cases: Cases = {
      open: async () => closed(createStage(await open())),
      itWithClock: (name, run) =>
        clock === 'settable' ? it(name, run) : it.skip(`${name} (its clock is the system's)`, run),
    }
    acceptCases(cases)
    claimCases(cases)
    appendCases(cases)
    sealCases(cases)
    workerCases(cases)
    stopCases(cases)
    retentionCases(cases)
    outputCases(cases)
    keyAndGateCases(cases)
    fileCases(cases)
    uploadCases(cases)
    retryCases(cases)
    adminCases(cases)
    usageCases(cases)
    spendCases(cases)
    statusCases(cases)
    eventCases(cases)
    webhookCases(cases)
    deliveryCases(cases)
  })
}
