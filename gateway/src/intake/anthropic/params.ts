import type { ComposeBody } from '../../batch/dialect.ts'
import { bodyOfLine } from '../file/body-of-line.ts'

type Params = Readonly<Record<string, unknown>>

interface ParamsRule {
  readonly message: string
  readonly breaks: (params: Params) => boolean
}

/**
 * What no batch can honour, whoever answers: such a request is not sent, and fails alone. All else is for the
 * provider to judge. The place in this list is stored with shards: rules are added at the end, never moved and
 * never removed.
 */
const RULES: readonly ParamsRule[] = [
  {
    message: 'messages: must be a list of at least one message',
    breaks: ({ messages }) => !Array.isArray(messages) || messages.length === 0,
  },
  {
    message: 'max_tokens: must be a whole number from 1 up; the 0 that only warms a cache is not for batches',
    breaks: ({ max_tokens: max }) => !(typeof max === 'number' && Number.isSafeInteger(max) && max >= 1),
  },
  {
    message: 'stream: must not be true: the results of a batch are fetched when it has ended',
    breaks: ({ stream }) => stream === true,
  },
  {
    message: 'speed: "fast" is not for batches',
    breaks: ({ speed }) => speed === 'fast',
  },
]

/** Above the number of rules that there will ever be. */
const RULES_MAX = 32

/** The first rule that a request breaks, counted from 1; 0: none. */
export const brokenRule = (params: Params): number => RULES.findIndex(({ breaks }) => breaks(params)) + 1

/** What the index keeps of a request beside its place: where its model's name stands, and a rule that it breaks. */
export const variantOf = (modelStart: number, rule: number): number => modelStart * RULES_MAX + rule

/** Why a request is not sent; undefined where it is. */
export const refusalOf = (variant: number): string | undefined => {
  const rule = variant % RULES_MAX
  return rule === 0 ? undefined : RULES[rule - 1]?.message
}

/** The `params` of a request in their own bytes, with the provider's name for the model in the place of ours. */
export const bodyOfParams = (): ComposeBody => {
  const compose = bodyOfLine()
  return (params, variant, providerModel) => compose(params, Math.floor(variant / RULES_MAX), providerModel)
}
