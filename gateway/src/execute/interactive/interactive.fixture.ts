import { createManualClock } from '../../clock/manual-clock.ts'
import type { CallEnd, CallOrder, StreamWish } from '../../interactive/interactive-call.ts'
import { flatPrices } from '../../money/price.ts'
import type { CallAnswer, CallBroken, CallOutcome, CallRequest } from '../../provider/call.ts'
import type { Deployment } from '../../provider/deployment.ts'
import { passThrough } from '../../provider/pass-through.ts'
import type { Protocol } from '../../provider/protocol.ts'
import type { UsageEntry } from '../../settle/usage-entry.ts'
import { createGate } from '../gate/gate.ts'
import { DEFAULT_EXECUTE_LIMITS } from '../limits.ts'
import { createBatchLanes } from '../realtime/batch-lanes.ts'
import { createRoutes } from '../realtime/routes.ts'
import { createInteractive } from './interactive.ts'

export const MODEL = 'batch-4.1'
const ENDPOINT = '/v1/chat/completions'
const MTOK = 1_000_000n

/** A call as the provider has it: the test says how it ends. */
export interface Sent {
  readonly deployment: string
  readonly request: CallRequest
  end(outcome: CallOutcome): Promise<void>
}

export interface StageOptions {
  readonly protocol: Protocol
  readonly deployments?: readonly string[]
  readonly concurrency?: number
}

export const answer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): CallAnswer => ({
  kind: 'answer',
  status,
  headers: new Map(Object.entries({ 'content-type': 'application/json', ...headers })),
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  firstByteMs: 1,
  totalMs: 2,
})

export const CHAT = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
}

export const broken = (cause: CallBroken['cause']): CallBroken => ({
  kind: 'broken',
  cause,
  message: cause,
  totalMs: 1,
})

/** Real gates and routes under a clock that stands still, and a provider that the test plays. */
export const openStage = ({ protocol, deployments = ['a'], concurrency = 10 }: StageOptions) => {
  const clock = createManualClock()
  const gates = new Map(deployments.map((id) => [id, createGate({ clock, limits: limitsOf(concurrency) })]))
  const gated = [...gates].map(([id, gate]) => ({
    deployment: deploymentOf(id, concurrency),
    gate,
  }))
  const routes = createRoutes({
    deployments: gated,
    channelOf: (deployment, endpoint) => passThrough(protocol, deployment, endpoint),
    now: clock.now,
  })
  const sent: Sent[] = []
  const entries: UsageEntry[] = []
  const interactive = createInteractive({
    clock,
    random: { next: () => 0.5 },
    compose: (body) => body,
    costOf: () => flatPrices(1n * MTOK),
    call: (request) =>
      new Promise((resolve) => {
        const deployment = request.headers.authorization?.slice('Bearer '.length) ?? ''
        const end = async (outcome: CallOutcome): Promise<void> => {
          resolve(outcome)
          await settled()
        }
        request.signal?.addEventListener('abort', () => resolve(broken('aborted')))
        sent.push({ deployment, request, end })
      }),
    routes,
    batchLane: createBatchLanes({ clock, routes, ...DEFAULT_EXECUTE_LIMITS }),
    limits: () => DEFAULT_EXECUTE_LIMITS,
    observer: UNOBSERVED_CALLS,
    usage: { add: (entry) => void entries.push(entry) },
  })
  const start = async (order: Partial<CallOrder> = {}): Promise<() => CallEnd | undefined> => {
    let end: CallEnd | undefined
    void interactive({ ...ORDER, signal: new AbortController().signal, ...order }).then((given) => {
      end = given
    })
    await settled()
    return () => end
  }
  const inFlight = (): number => [...gates.values()].reduce((sum, gate) => sum + gate.state().inFlight, 0)
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await settled()
  }
  /** The call that was sent last. */
  const last = (): Sent => {
    const call = sent.at(-1)
    if (!call) throw new Error('nothing was sent')
    return call
  }
  return { clock, routes, sent, last, entries, start, advance, inFlight }
}

export const PURCHASE: CallOrder['purchase'] = {
  account: 'acct_1',
  apiKey: 'key_1',
  model: MODEL,
  tier: 'list',
  sell: { list: flatPrices(10n * MTOK), batch: flatPrices(4n * MTOK) },
}

const ORDER = {
  purchase: PURCHASE,
  endpoint: ENDPOINT,
  body: Buffer.from('{"model":"m","messages":[{"role":"user","content":"one two three"}]}'),
  modelStart: 9,
  trace: null,
}

/** A client that takes a stream, and what it got. */
export const streamClient = () => {
  const got: string[] = []
  const stream: StreamWish = {
    hidesUsage: true,
    begin(head) {
      got.push(`status ${head.status}`)
      return (piece) => void got.push(piece.toString())
    },
  }
  return { got, stream }
}

const UNOBSERVED_CALLS = { entered: () => undefined, tried: () => undefined }

/** Long enough for every promise that can go on. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const limitsOf = (concurrency: number): Deployment['limits'] => ({
  concurrencyMax: concurrency,
  concurrencyInitial: concurrency,
  firstByteMsMax: 1_000,
  totalMsMax: 2_000,
  interactiveShare: 0,
})

const deploymentOf = (id: string, concurrency: number): Deployment => ({
  id,
  model: MODEL,
  provider: 'openai',
  outputTokensDefault: 4_096,
  providerModel: 'gpt-4.1',
  baseUrl: 'http://127.0.0.1',
  apiKey: id,
  weight: 1,
  limits: limitsOf(concurrency),
  costBook: 'gpt-4.1',
})
