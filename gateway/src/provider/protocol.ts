import type { CallOutcome } from './call.ts'
import type { Deployment } from './deployment.ts'
import type { Verdict } from './verdict.ts'

/** How a provider is spoken to: one implementation a provider, in a folder of its own. */
export interface Protocol {
  /** Where a body for this endpoint of ours goes, and with which headers. Called once a deployment. */
  target(deployment: Deployment, endpoint: string): Target
  /** Reads what came back. Pure, and never throws: whatever a provider sends has a verdict. */
  interpret(outcome: CallOutcome): Verdict
}

export interface Target {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}
