import type { LoopValveLimits } from './loop-valve.ts'

/** Every limit of execution and settling. */
export interface ExecuteLimits extends LoopValveLimits {
  /** A group of answers waits this long after its first one … */
  readonly groupMsMax: number
  /** … or until it is this large … */
  readonly groupBytesMax: number
  /** … or has as many answers as there are calls in flight, and at least these. */
  readonly groupAnswersMin: number
  /** Ordinary calls are charged so long after the first of a group; a crash forgives what came since. */
  readonly usageMsMax: number
  /** Between two tries of a write that the store refused. */
  readonly storeRetryMs: number
  /** A worker that the store has not heard of for so long is dead. */
  readonly leaseMs: number
  /** Between two looks at deadlines, leases, gates and the disk. */
  readonly tickMs: number
  /** Calls in flight may finish this long after their batch was told to stop. */
  readonly stopDrainMs: number
  /** Requests are read ahead in pieces of this size, for each running shard. */
  readonly windowBytesMax: number
  /** Between accounts: one that has been idle is at most so many tokens ahead of those that were not. */
  readonly creditTokens: number
  /** An ordinary call that waits among the requests of batches is as urgent as a batch that ends so much later. */
  readonly heldCallMs: number
  /** A longer answer is a failed attempt. */
  readonly answerBytesMax: number
  /** Nothing is sent while the disk has less room than this. */
  readonly diskFreeBytesMin: number
  /** An ordinary call waits so long for a deployment, tries included; none begins later. */
  readonly interactiveWaitMs: number
  /** The same for one that was bought at the batch price. */
  readonly flexWaitMs: number
}

const MIB = 1_048_576

export const DEFAULT_EXECUTE_LIMITS: ExecuteLimits = {
  groupMsMax: 25,
  groupBytesMax: 262_144,
  groupAnswersMin: 128,
  usageMsMax: 1_000,
  storeRetryMs: 500,
  leaseMs: 10_000,
  tickMs: 1_000,
  stopDrainMs: 30_000,
  windowBytesMax: 262_144,
  // Some two hundred usual requests: enough to answer a small batch beside a large one as if it were alone.
  creditTokens: 65_536,
  heldCallMs: 600_000,
  startMsMax: 2,
  loopLateMsMax: 5,
  loopLateMsMaxAlone: 100,
  answerBytesMax: 8 * MIB,
  diskFreeBytesMin: 64 * MIB,
  interactiveWaitMs: 30_000,
  flexWaitMs: 600_000,
}
