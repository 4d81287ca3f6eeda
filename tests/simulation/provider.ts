import type { Clock } from '../../gateway/src/clock/clock.ts'
import { DEFAULT_COSTS } from '../../gateway/src/config/costs/default-costs.ts'
import type { CostBooks } from '../../gateway/src/money/cost-book.ts'
import type { Call, CallOutcome, CallRequest } from '../../gateway/src/provider/call.ts'
import type { Deployment, DeploymentLimits } from '../../gateway/src/provider/deployment.ts'
import {
  createSimulator,
  type Fault,
  type Reaction,
  reactionBytes,
  type Simulator,
} from '../../simulator/src/index.ts'
import type { Dice } from './dice.ts'
import type { SimProcess } from './process.ts'
import type { Scheduler } from './scheduler.ts'

const LIMITS: DeploymentLimits = {
  concurrencyMax: 12,
  concurrencyInitial: 3,
  firstByteMsMax: 8_000,
  totalMsMax: 12_000,
  interactiveShare: 0,
}

const deployment = (id: string, model: string, providerModel: string, weight: number): Deployment => ({
  id,
  model,
  provider: 'openai',
  outputTokensDefault: 4_096,
  providerModel,
  baseUrl: `http://${id}`,
  apiKey: `sk-${id}`,
  weight,
  limits: LIMITS,
  costBook: providerModel,
})

/** Two for one model, one for another, and one whose cost no book knows. */
export const DEPLOYMENTS: readonly Deployment[] = [
  deployment('one', 'batch-4.1', 'gpt-4.1', 2),
  deployment('two', 'batch-4.1', 'gpt-4.1', 1),
  deployment('three', 'batch-flash-3.5', 'gemini-2.5-flash-lite', 1),
  deployment('four', 'no-book', 'gpt-5-nano', 1),
]

export const COST_BOOKS: CostBooks = DEFAULT_COSTS

export const providerModelOf = (model: string): string =>
  DEPLOYMENTS.find((each) => each.model === model)?.providerModel ?? model

export const createProvider = (order: {
  seed: number
  faults: readonly Fault[]
  scheduler: Scheduler
  dice: Dice
}): Simulator =>
  createSimulator({
    seed: order.seed,
    clock: { now: order.scheduler.now },
    faults: order.faults,
    defaults: {
      firstByteMs: order.dice.pick([5, 300, 2_000]),
      firstByteSpreadMs: 5,
      tokenMs: order.dice.pick([0, 20]),
      answerTokens: 12,
      answerTokensSpread: 4,
      contextTokens: 200,
      ...(order.dice.chance(0.3) ? { concurrencyMax: order.dice.int(1, 6) } : {}),
      ...(order.dice.chance(0.2) ? { requestsPerMinute: order.dice.int(60, 600) } : {}),
    },
  })

export interface Line {
  readonly simulator: Simulator
  readonly scheduler: Scheduler
  readonly process: SimProcess
  readonly clock: Clock
  readonly dice: Dice
  /** Probability that no connection comes about. */
  readonly noConnection: () => number
  /** A call leaves the station; the returned function takes its outcome, as the station is given it. */
  readonly onCall: (request: CallRequest) => (outcome: CallOutcome) => void
}

/** Calls of one process over a simulated network to the simulated provider. */
export const createCall =
  (line: Line): Call =>
  (request) =>
    new Promise((resolve) => {
      if (!line.process.alive) return
      new Exchange(line, request, resolve)
    })

class Exchange {
  readonly #line: Line
  readonly #startedAt: number
  readonly #ended: (outcome: CallOutcome) => void
  #cancelTimers: Array<() => void> = []
  #isOver = false
  #firstByteMs: number | undefined

  constructor(line: Line, request: CallRequest, resolve: (outcome: CallOutcome) => void) {
    this.#line = line
    this.#startedAt = line.clock.monotonic()
    const noted = line.onCall(request)
    this.#ended = (outcome) => {
      noted(outcome)
      resolve(outcome)
    }
    request.signal?.addEventListener('abort', () => this.#break('aborted'))
    this.#arm(request.firstByteMsMax, () => {
      if (this.#firstByteMs === undefined) this.#break('first_byte_timeout')
    })
    this.#arm(request.totalMsMax, () => this.#break('total_timeout'))
    line.scheduler.after(line.dice.between(0.1, 20), () => this.#arrive(request))
  }

  #arm(ms: number, run: () => void): void {
    this.#cancelTimers.push(this.#line.clock.after(ms, run))
  }

  #arrive(request: CallRequest): void {
    const line = this.#line
    if (line.dice.chance(line.noConnection())) return void this.#break('connect')
    const reaction = line.simulator.receive({
      method: 'POST',
      path: `/v1${request.path}`,
      headers: request.headers,
      body: Buffer.from(request.body),
    })
    this.#play(reaction, request)
  }

  #play(reaction: Reaction, request: CallRequest): void {
    const { scheduler, simulator, clock } = this.#line
    scheduler.after(reaction.firstByteMs, () => {
      if (reaction.fault !== 'hang' && reaction.fault !== 'reset_before') {
        this.#firstByteMs = clock.monotonic() - this.#startedAt
      }
      scheduler.after(reaction.bodyMs, () => {
        simulator.finished(reaction, this.#isOver || !this.#line.process.alive ? 'client_gone' : 'sent')
        if (reaction.fault === 'hang') return
        if (reaction.fault !== undefined) return this.#break('reset')
        if (reactionBytes(reaction) > request.answerBytesMax) return this.#break('too_large')
        this.#end({
          kind: 'answer',
          status: reaction.status,
          headers: new Map(Object.entries(reaction.headers)),
          body: reaction.body,
          firstByteMs: this.#firstByteMs ?? 0,
          totalMs: clock.monotonic() - this.#startedAt,
        })
      })
    })
  }

  #break(
    cause: 'connect' | 'reset' | 'first_byte_timeout' | 'total_timeout' | 'too_large' | 'aborted',
  ): void {
    const totalMs = this.#line.clock.monotonic() - this.#startedAt
    this.#end({ kind: 'broken', cause, message: `simulated: ${cause}`, totalMs })
  }

  #end(outcome: CallOutcome): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const cancel of this.#cancelTimers) cancel()
    this.#line.process.deliver(() => this.#ended(outcome))
  }
}
