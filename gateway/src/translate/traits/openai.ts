import type { Deployment } from '../../provider/deployment.ts'

/** What a model behind OpenAI's format takes, by its provider and its name. */
export interface OpenaiTraits {
  readonly outputLimit: 'max_completion_tokens' | 'max_tokens'
  /** `temperature` and `top_p` may have other values than 1. */
  readonly takesSampling: boolean
  /** How deep it reasons: not at all, by `reasoning_effort`, or by DeepSeek's switch and its three efforts. */
  readonly reasoning: 'none' | 'effort' | 'switch'
  /** What it thought comes beside its answer, and may be sent back. */
  readonly showsReasoning: boolean
  readonly keepsToSchemas: boolean
  readonly takesFiles: boolean
  readonly takesBreakpoints: boolean
  readonly callsOneToolOnly: boolean
  readonly hasServiceTiers: boolean
  readonly stopsMax: number
  /** The name of the field for the end user. */
  readonly endUser: 'safety_identifier' | 'user_id' | 'user'
}

export const openaiTraits = (provider: Deployment['provider'], model: string): OpenaiTraits => {
  if (provider === 'deepseek') return DEEPSEEK
  return provider === 'openai' ? openaiOwn(model) : COMPATIBLE
}

const DEEPSEEK: OpenaiTraits = {
  outputLimit: 'max_tokens',
  takesSampling: true,
  reasoning: 'switch',
  showsReasoning: true,
  keepsToSchemas: false,
  takesFiles: false,
  takesBreakpoints: false,
  callsOneToolOnly: false,
  hasServiceTiers: false,
  stopsMax: 16,
  endUser: 'user_id',
}

/** Servers that anybody runs: what they lack, they refuse. */
const COMPATIBLE: OpenaiTraits = {
  outputLimit: 'max_tokens',
  takesSampling: true,
  reasoning: 'effort',
  showsReasoning: true,
  keepsToSchemas: true,
  takesFiles: false,
  takesBreakpoints: false,
  callsOneToolOnly: true,
  hasServiceTiers: false,
  stopsMax: Number.POSITIVE_INFINITY,
  endUser: 'user',
}

const FIRST_REASONING = 500
const FIRST_WITH_BREAKPOINTS = 506

const openaiOwn = (model: string): OpenaiTraits => {
  const generation = generationOf(model)
  const reasons = generation >= FIRST_REASONING
  return {
    outputLimit: 'max_completion_tokens',
    takesSampling: !reasons,
    reasoning: reasons ? 'effort' : 'none',
    showsReasoning: false,
    keepsToSchemas: true,
    takesFiles: true,
    takesBreakpoints: generation >= FIRST_WITH_BREAKPOINTS,
    callsOneToolOnly: true,
    hasServiceTiers: true,
    stopsMax: 4,
    endUser: 'safety_identifier',
  }
}

/** 401 for `gpt-4.1-mini`, 506 for `gpt-5.6-sol`; the models named `o1` to `o4` reason like the fifth. */
const generationOf = (model: string): number => {
  if (/(^|:)o\d/.test(model)) return FIRST_REASONING
  const found = /(?:^|:)gpt-(\d+)(?:\.(\d+))?(-chat)?/.exec(model)
  if (!found || found[3]) return 0
  return Number(found[1]) * 100 + Number(found[2] ?? 0)
}
