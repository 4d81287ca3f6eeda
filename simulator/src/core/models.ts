import { kindOf, type ModelKind } from './model-kind.ts'
import type { ModelOptions, SimulatorOptions } from './options.ts'
import { RateLimit } from './rate-limit.ts'

/** Name and context length of what answers without configuration: the common models of each provider. */
const builtIn: ReadonlyMap<string, number> = new Map(
  Object.entries({
    'gpt-4o': 128_000,
    'gpt-4o-mini': 128_000,
    'gpt-4.1': 1_047_576,
    'gpt-4.1-mini': 1_047_576,
    'gpt-4.1-nano': 1_047_576,
    'gpt-5': 400_000,
    'gpt-5-mini': 400_000,
    'gpt-5-nano': 400_000,
    'claude-opus-5-5': 1_000_000,
    'claude-sonnet-5-5': 1_000_000,
    'claude-haiku-5-5': 200_000,
    'claude-opus-4-6': 200_000,
    'claude-sonnet-4-5': 200_000,
    'claude-haiku-4-5': 200_000,
    'gemini-2.5-flash': 1_048_576,
    'gemini-2.5-flash-lite': 1_048_576,
    'gemini-2.5-pro': 1_048_576,
    'gemini-3-flash-preview': 1_048_576,
    'gemini-3.1-pro-preview': 1_048_576,
    'gemini-3.5-flash': 1_048_576,
    'gemini-3.5-flash-lite': 1_048_576,
    'gemini-embedding-001': 2_048,
    'gemini-embedding-2': 8_192,
    'deepseek-flash': 1_000_000,
    'deepseek-v4-pro': 1_000_000,
    'deepseek-v3.2': 128_000,
    'deepseek-chat': 128_000,
    'gpt-3.5-turbo-instruct': 4_096,
    'davinci-002': 16_384,
    'babbage-002': 16_384,
    'text-embedding-3-small': 8_192,
    'text-embedding-3-large': 8_192,
    'text-embedding-ada-002': 8_192,
  }),
)

const contextTokensDefault = 128_000

/** With `anyModel`, callers choose the names; beyond so many they share one model's limits and counts. */
const strangersMax = 1_000

/** One model: what was configured, and what is going on. */
export class Model {
  readonly name: string
  readonly options: ModelOptions
  readonly contextTokens: number
  readonly kind: ModelKind
  readonly rateLimit: RateLimit
  running = 0
  runningMax = 0
  received = 0
  answered = 0
  promptTokens = 0
  cachedTokens = 0
  completionTokens = 0

  constructor(name: string, options: ModelOptions, contextTokens: number, now: number) {
    this.name = name
    this.options = options
    this.contextTokens = contextTokens
    this.kind = kindOf(name)
    this.rateLimit = new RateLimit(options, now)
  }
}

export class Models {
  readonly #known = new Map<string, Model>()
  readonly #anyModel: boolean
  readonly #defaults: ModelOptions
  readonly #startedAt: number
  readonly #listedMax: number

  constructor(options: SimulatorOptions, now: number) {
    this.#anyModel = options.anyModel ?? false
    this.#defaults = options.defaults ?? {}
    this.#startedAt = now
    const particular = new Map(Object.entries(options.models ?? {}))
    for (const name of [...builtIn.keys(), ...particular.keys()]) {
      this.#known.set(name, this.#make(name, particular.get(name)))
    }
    this.#listedMax = this.#known.size + strangersMax
  }

  get(name: string): Model | undefined {
    const known = this.#known.get(name)
    if (known !== undefined || !this.#anyModel) return known
    const key = this.#known.size < this.#listedMax ? name : '(others)'
    const stranger = this.#known.get(key) ?? this.#make(key, undefined)
    this.#known.set(key, stranger)
    return stranger
  }

  all(): Iterable<Model> {
    return this.#known.values()
  }

  #make(name: string, own: ModelOptions | undefined): Model {
    const options = { ...this.#defaults, ...own }
    const contextTokens = options.contextTokens ?? builtIn.get(name) ?? contextTokensDefault
    return new Model(name, options, contextTokens, this.#startedAt)
  }
}
