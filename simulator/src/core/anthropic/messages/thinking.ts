import type { ProviderError } from '../../provider-error.ts'
import { isRecord } from '../../record.ts'
import { invalidRequest } from '../errors.ts'
import { wrong } from '../fields.ts'
import type { ClaudePrompt } from '../prompt.ts'

/** The model is to think before it speaks. */
export interface Thinking {
  readonly tokensMax: number
  /** What it thought is not shown; it is billed all the same. */
  readonly isOmitted: boolean
}

const budgetMin = 1_024

export const readThinking = (
  thinking: unknown,
  { tools }: ClaudePrompt,
  answerTokensMax: number,
): Thinking | undefined | ProviderError => {
  if (thinking === undefined) return undefined
  if (!isRecord(thinking)) return wrong('thinking', 'Input should be a valid dictionary')
  const { type, budget_tokens: budget, display } = thinking
  if (type === 'disabled') return undefined
  if (typeof type !== 'string' || !kinds.includes(type))
    return wrong('thinking', `Input tag '${String(type)}' does not match any of the expected tags: ${kinds}`)
  if (tools.forced !== undefined)
    return invalidRequest('Thinking may not be enabled when tool_choice forces tool use.')
  const isOmitted = display === 'omitted'
  // Left to itself it leaves room for what is to be said.
  if (type !== 'enabled') return { tokensMax: answerTokensMax >> 1, isOmitted }
  if (typeof budget !== 'number' || !Number.isInteger(budget) || budget < budgetMin)
    return wrong('thinking.enabled.budget_tokens', `Input should be greater than or equal to ${budgetMin}`)
  return budget < answerTokensMax
    ? { tokensMax: budget, isOmitted }
    : invalidRequest('`max_tokens` must be greater than `thinking.budget_tokens`')
}

const kinds: readonly string[] = ['enabled', 'adaptive', 'between_tools']
