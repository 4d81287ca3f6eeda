import type { ComposeBody } from '../../batch/dialect.ts'
import { bodyOfLine } from '../file/body-of-line.ts'
import { VERSION_RULES, versionFault } from './version-rules.ts'

type Params = Readonly<Record<string, unknown>>

const BATCH_RULES: Readonly<Record<string, (params: Params) => boolean>> = {
  messages: ({ messages }) => !Array.isArray(messages) || messages.length === 0,
  max_tokens: ({ max_tokens: max }) => !(typeof max === 'number' && Number.isSafeInteger(max) && max >= 1),
  stream: ({ stream }) => stream === true,
  speed: ({ speed }) => speed === 'fast',
}

/**
 * What no batch can honour, whoever answers: such a request is not sent, and fails alone. All else is for the
 * provider to judge. The place in this list is stored with shards: rules are added at the end, never moved and
 * never removed.
 */
const MESSAGES: ReadonlyArray<readonly [rule: string, message: string]> = [
  ['messages', 'messages: must be a list of at least one message'],
  [
    'max_tokens',
    'max_tokens: must be a whole number from 1 up; the 0 that only warms a cache is not for batches',
  ],
  ['stream', 'stream: must not be true: the results of a batch are fetched when it has ended'],
  ['speed', 'speed: "fast" is not for batches'],
  ['temperature', `temperature: ${VERSION_RULES.temperature}`],
  ['top_p', `top_p: ${VERSION_RULES.top_p}`],
  ['top_k', `top_k: ${VERSION_RULES.top_k}`],
  ['document', `messages: a block ${VERSION_RULES.document}`],
  ['citations', `messages: citations ${VERSION_RULES.citations}`],
]

/** Above the number of rules that there will ever be. */
const RULES_MAX = 32

/** The first rule that a request breaks, counted from 1; 0: none. `version` is that of its caller. */
export const brokenRule = (params: Params, version: string | undefined): number => {
  for (const rule in BATCH_RULES) if (BATCH_RULES[rule]?.(params)) return numberOf(rule)
  const fault = versionFault(version, params)
  return fault === undefined ? 0 : numberOf(fault.rule)
}

const numberOf = (broken: string): number => {
  const place = MESSAGES.findIndex(([rule]) => rule === broken)
  if (place < 0) throw new Error(`the rule ${broken} has no place`)
  return place + 1
}

/** What the index keeps of a request beside its place: where its model's name stands, and a rule that it breaks. */
export const variantOf = (modelStart: number, rule: number): number => modelStart * RULES_MAX + rule

/** Why a request is not sent; undefined where it is. */
export const refusalOf = (variant: number): string | undefined => {
  const rule = variant % RULES_MAX
  return rule === 0 ? undefined : MESSAGES[rule - 1]?.[1]
}

/** The `params` of a request in their own bytes, with the provider's name for the model in the place of ours. */
export const bodyOfParams = (): ComposeBody => {
  const compose = bodyOfLine()
  return (params, variant, providerModel) => compose(params, Math.floor(variant / RULES_MAX), providerModel)
}
