import type { FaultKind, SimulatorOptions } from '@sheepfold/simulator'

/**
 * A provider that answers some requests of a job at once and others never, until its faults are taken
 * away: those whose number begins with 3, 4 or 5. So a batch stands half done for as long as a test needs.
 */
export const stuckProvider = (kind: Extract<FaultKind, 'rate_limit' | 'hang'>): SimulatorOptions => ({
  defaults: { firstByteMs: 5, answerTokens: 20 },
  faults: ['Document 3', 'Document 4', 'Document 5'].map((contains) => ({
    kind,
    contains,
    // It would rest the whole deployment, and the others are to be answered.
    retryAfterSeconds: 0,
  })),
})
