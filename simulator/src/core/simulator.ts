import { isUtf8 } from 'node:buffer'
import { BreakpointCache } from './breakpoint-cache.ts'
import { CallCounts } from './call-counts.ts'
import { checkFaults, checkOptions } from './check-options.ts'
import type { Digest } from './digest.ts'
import { digestText, Hasher } from './digest.ts'
import type { Endpoint, Parsed } from './endpoint.ts'
import { understood } from './expected-answer.ts'
import { spoiled } from './fault-reactions.ts'
import { Faults } from './faults.ts'
import { jsonBody } from './json-body.ts'
import type { Address, Maker } from './maker.ts'
import { makerOf } from './makers.ts'
import type { Model } from './models.ts'
import { Models } from './models.ts'
import type { Fault, SimulatorOptions } from './options.ts'
import { isRefusal } from './options.ts'
import { PrefixCache } from './prompt.ts'
import { isError, type ProviderError } from './provider-error.ts'
import type { Reaction, SimulatorRequest } from './reaction.ts'
import { streamed } from './stream/faults.ts'
import type { TapeRow } from './tape.ts'
import { Tape } from './tape.ts'
import type { ModelStats, Simulator, SimulatorClock, SimulatorStats } from './types.ts'

const tapeRowsMaxDefault = 1_000_000
const eventStream = 'text/event-stream; charset=utf-8'

export const createSimulator = (setup: SimulatorOptions & { readonly clock: SimulatorClock }): Simulator => {
  const { clock, ...options } = setup
  const checked = checkOptions(options)
  if ('problems' in checked) throw new Error(`simulator options: ${checked.problems.join('; ')}`)
  return new SimulatorCore(options, clock)
}

/** What one request has been found to be on its way through. */
interface Arrival {
  readonly n: number
  readonly now: number
  readonly maker: Maker
  readonly address: Address
  /** Where a model is to work; absent where the request is a look at something, or goes nowhere. */
  readonly endpoint: Endpoint | undefined
  readonly key: string
  readonly digest: Digest
  readonly callsBefore: number
  readonly request: SimulatorRequest
}

class SimulatorCore implements Simulator {
  readonly #clock: SimulatorClock
  readonly #seed: number
  readonly #pretty: boolean
  readonly #keys: ReadonlySet<string> | undefined
  readonly #startedAt: number
  readonly #models: Models
  readonly #prefixes = new PrefixCache()
  readonly #breakpoints = new BreakpointCache()
  readonly #callCounts = new CallCounts()
  readonly #tape: Tape
  readonly #outcomes = new Map<string, number>()
  /** By number, with the model that works on it; a refusal occupies none. */
  readonly #running = new Map<number, Model | undefined>()
  #faults: Faults
  #received = 0
  #posted = 0
  #runningMax = 0

  constructor(options: SimulatorOptions, clock: SimulatorClock) {
    this.#clock = clock
    this.#startedAt = clock.now()
    this.#seed = options.seed ?? 1
    this.#pretty = options.pretty ?? true
    this.#keys = options.keys === undefined ? undefined : new Set(options.keys)
    this.#models = new Models(options, this.#startedAt)
    this.#tape = new Tape(options.tapeRowsMax ?? tapeRowsMaxDefault)
    this.#faults = new Faults(options.faults ?? [], this.#seed)
  }

  get faults(): readonly Fault[] {
    return this.#faults.list
  }

  setFaults(faults: readonly Fault[]): void {
    const checked = checkFaults(faults)
    if ('problems' in checked) throw new Error(`simulator faults: ${checked.problems.join('; ')}`)
    this.#faults = new Faults(faults, this.#seed)
  }

  receive(request: SimulatorRequest): Reaction {
    const arrival = this.#arrival(request)
    if (arrival.endpoint !== undefined) return this.#work(arrival, arrival.endpoint)
    const reaction = this.#look(arrival)
    return this.#taped(arrival, reaction, null, null)
  }

  finished(reaction: Reaction, how: 'sent' | 'client_gone'): void {
    const model = this.#running.get(reaction.n)
    if (!this.#running.delete(reaction.n)) return
    if (model !== undefined) model.running--
    if (how === 'sent') return
    this.#tape.gone(reaction.n)
    this.#count(reaction.outcome, -1)
    this.#count('client_gone', 1)
  }

  tape(): Iterable<TapeRow> {
    return this.#tape.rows()
  }

  stats(): SimulatorStats {
    const models: Record<string, ModelStats> = {}
    for (const model of this.#models.all()) {
      if (model.received === 0) continue
      const { received, answered, running, runningMax, promptTokens, cachedTokens, completionTokens } = model
      models[model.name] = {
        received,
        answered,
        running,
        runningMax,
        promptTokens,
        cachedTokens,
        completionTokens,
      }
    }
    const { distinct } = this.#callCounts
    return {
      received: this.#received,
      running: this.#running.size,
      runningMax: this.#runningMax,
      distinct,
      repeated: this.#tape.on ? this.#posted - distinct : 0,
      outcomes: Object.fromEntries([...this.#outcomes].filter(([, count]) => count > 0)),
      models,
    }
  }

  expectedAnswer(body: unknown, path = '/v1/chat/completions'): string {
    const request = understood(body, path)
    return request.expected(this.#seed, this.#models.get(request.model)?.options ?? {})
  }

  #arrival(request: SimulatorRequest): Arrival {
    const n = ++this.#received
    this.#running.set(n, undefined)
    if (this.#running.size > this.#runningMax) this.#runningMax = this.#running.size
    const address = addressOf(request)
    const maker = makerOf(address)
    const digest = new Hasher(0).bytes(request.body).digest()
    const endpoint = maker.endpointAt(address)
    if (endpoint !== undefined) this.#posted++
    // Without the tape nothing is remembered of a body, so the number of the call stands in for its repetition.
    const callsBefore = endpoint === undefined ? 0 : this.#tape.on ? this.#callCounts.add(digest) : n
    const key = maker.keyOf(address)
    return { n, now: this.#clock.now(), maker, address, endpoint, key, digest, callsBefore, request }
  }

  #work(arrival: Arrival, endpoint: Endpoint): Reaction {
    const { maker, request } = arrival
    const parsed: Parsed = isUtf8(request.body)
      ? endpoint.parse(request.body.toString())
      : { error: maker.notJson() }
    const name = parsed.model ?? null
    const marker = 'error' in parsed ? null : parsed.marker
    const model = name === null ? undefined : this.#models.get(name)
    if (model !== undefined) model.received++
    const reaction = this.#keyRefused(arrival) ?? this.#answer(arrival, parsed, model)
    return this.#taped(arrival, reaction, name, marker)
  }

  #answer(arrival: Arrival, parsed: Parsed, model: Model | undefined): Reaction {
    const { maker, address, digest, callsBefore, now, request } = arrival
    const fault = this.#faults.strike({
      model: parsed.model,
      key: arrival.key,
      body: request.body,
      streamed: 'streamed' in parsed && parsed.streamed,
      digest,
      callsBefore,
      sinceStartMs: now - this.#startedAt,
    })
    if (fault !== undefined && isRefusal(fault.kind)) {
      const refusal = maker.refusals[fault.kind](fault, arrival.key)
      return this.#refused(arrival, refusal, fault.kind, model)
    }
    const wrongHeader = maker.headerError(address)
    if (wrongHeader) return this.#refused(arrival, wrongHeader, undefined, model)
    if ('error' in parsed) return this.#refused(arrival, parsed.error, undefined, model)
    if (model === undefined) return this.#refused(arrival, maker.unknownModel(parsed.model))
    const wrongModel = maker.misfit(address.path, model)
    if (wrongModel) return this.#refused(arrival, wrongModel, undefined, model)
    const answer = parsed.answer({
      model,
      digest,
      callsBefore,
      now,
      seed: this.#seed,
      pretty: this.#pretty,
      mayRefuse: fault === undefined,
      prefixes: this.#prefixes,
      breakpoints: this.#breakpoints,
    })
    if (isError(answer)) return this.#refused(arrival, answer, undefined, model)
    this.#running.set(arrival.n, model)
    if (++model.running > model.runningMax) model.runningMax = model.running
    const { body, stream, spoilable, firstByteMs, bodyMs } = answer
    const headers = this.#headers(arrival, stream ? firstByteMs : firstByteMs + bodyMs, model)
    const reaction: Reaction = {
      n: arrival.n,
      status: 200,
      headers,
      body,
      firstByteMs,
      bodyMs,
      outcome: 'answered',
    }
    if (stream !== undefined) headers['content-type'] = stream.contentType ?? eventStream
    const played =
      stream === undefined
        ? spoiled(reaction, fault, spoilable)
        : streamed(reaction, stream, spoilable, fault)
    return maker.waiting?.(played, model.options) ?? played
  }

  /** Everything but a model's work. */
  #look(arrival: Arrival): Reaction {
    const { maker, address, key, digest, now, request } = arrival
    const look = maker.look(address)
    if (isError(look)) return this.#refused(arrival, look)
    const refused = this.#keyRefused(arrival)
    if (refused) return refused
    const sinceStartMs = now - this.#startedAt
    const looked = { model: undefined, streamed: false, callsBefore: 0 }
    const call = { ...looked, key, body: request.body, digest, sinceStartMs }
    const revoked = this.#faults.strikeLook(call)
    if (revoked) return this.#refused(arrival, maker.badKey(key), revoked.kind)
    const wrongHeader = maker.headerError(address)
    if (wrongHeader) return this.#refused(arrival, wrongHeader)
    const seen = look.see(this.#models)
    return isError(seen) ? this.#refused(arrival, seen) : this.#looked(arrival, seen.json)
  }

  #looked(arrival: Arrival, value: unknown): Reaction {
    const body = jsonBody(value, this.#pretty)
    const headers = this.#headers(arrival, 0, undefined)
    return { n: arrival.n, status: 200, headers, body, firstByteMs: 0, bodyMs: 0, outcome: 'answered' }
  }

  #keyRefused(arrival: Arrival): Reaction | undefined {
    const { key, maker } = arrival
    if (this.#keys === undefined || this.#keys.has(key)) return undefined
    return this.#refused(arrival, key === '' ? maker.noKey() : maker.badKey(key))
  }

  #refused(arrival: Arrival, error: ProviderError, outcome?: string, model?: Model): Reaction {
    const headers = this.#headers(arrival, 0, model)
    if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds)
    return {
      n: arrival.n,
      status: error.status,
      headers,
      body: arrival.maker.errorBody(error, requestId(arrival), this.#pretty),
      firstByteMs: 0,
      bodyMs: 0,
      outcome: outcome ?? error.code ?? error.type,
    }
  }

  #headers(arrival: Arrival, processingMs: number, model: Model | undefined): Record<string, string> {
    const { maker, now } = arrival
    return maker.headers({ requestId: requestId(arrival), processingMs, model, now })
  }

  #taped(arrival: Arrival, reaction: Reaction, model: string | null, marker: string | null): Reaction {
    this.#count(reaction.outcome, 1)
    const sent = reaction.fault !== 'reset_before' && reaction.fault !== 'hang'
    this.#tape.add(reaction.n, {
      at: Math.round(arrival.now),
      method: arrival.request.method,
      path: arrival.address.path,
      model,
      digest: arrival.digest,
      marker,
      outcome: reaction.outcome,
      status: sent ? reaction.status : 0,
    })
    return reaction
  }

  #count(outcome: string, by: number): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + by)
  }
}

const addressOf = ({ method, path, headers }: SimulatorRequest): Address => {
  const mark = path.indexOf('?')
  return mark < 0
    ? { method, path, query: '', headers }
    : { method, path: path.slice(0, mark), query: path.slice(mark + 1), headers }
}

const requestId = ({ digest, n }: Arrival): string => `req_${digestText(digest)}${n.toString(36)}`
