import { answerOf, refusalText, unwillingness } from '../../answer.ts'
import type { Digest } from '../../digest.ts'
import type { ModelOptions } from '../../options.ts'
import { countTokens } from '../../tokens.ts'
import { inputOf, type Tool } from '../tools.ts'
import type { MessagesRequest } from './request.ts'

export type ContentBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: object }

/** What the model said, and why it said no more. */
export interface Spoken {
  readonly content: readonly ContentBlock[]
  readonly stop: string
  readonly stopSequence: string | null
  readonly stopDetails: object | null
  /** With what was thought. */
  readonly tokens: number
  readonly thinkingTokens: number
}

/** Derived from the request and the seed alone, as every answer is. */
export const spokenBy = (request: MessagesRequest, fingerprint: Digest, options: ModelOptions): Spoken => {
  const { forced } = request.tools
  if (forced !== undefined) return toolCall(request, forced, fingerprint, options)
  const thought = thoughtBy(request, fingerprint, options)
  const answerTokensMax = request.answerTokensMax - thought.tokens
  const { content: text, tokens, finish } = answerOf(fingerprint, 0, { ...request, answerTokensMax }, options)
  const said = cutAtStop(text, request.stopSequences)
  return {
    content: said.text === '' ? thought.content : [...thought.content, { type: 'text', text: said.text }],
    stop: said.stopSequence === null ? stops[finish] : 'stop_sequence',
    stopSequence: said.stopSequence,
    stopDetails: null,
    tokens: thought.tokens + (said.stopSequence === null ? tokens : countTokens(said.text)),
    thinkingTokens: thought.tokens,
  }
}

/** The model does not want to answer this, or what it says is filtered out: the same every time. */
export const declinedBy = (fingerprint: Digest, options: ModelOptions): Spoken | undefined => {
  const why = unwillingness(fingerprint, options)
  if (why === undefined) return undefined
  const isRefused = why === 'refused'
  const category = isRefused ? 'general_harms' : null
  return {
    content: [],
    stop: 'refusal',
    stopSequence: null,
    stopDetails: { type: 'refusal', category, explanation: isRefused ? refusalText : null },
    tokens: 0,
    thinkingTokens: 0,
  }
}

const stops = { stop: 'end_turn', length: 'max_tokens' }

const toolCall = (
  request: MessagesRequest,
  tool: Tool,
  fingerprint: Digest,
  options: ModelOptions,
): Spoken => {
  const { content: text } = answerOf(fingerprint, 0, { answerTokensMax: undefined, json: false }, options)
  const input = inputOf(tool, text)
  const tokens = countTokens(JSON.stringify(input))
  const fits = tokens <= request.answerTokensMax
  return {
    // What is cut off in the middle of its input is no call.
    content: fits ? [{ type: 'tool_use', id: toolUseId(fingerprint), name: tool.name, input }] : [],
    stop: fits ? 'tool_use' : 'max_tokens',
    stopSequence: null,
    stopDetails: null,
    tokens: Math.min(tokens, request.answerTokensMax),
    thinkingTokens: 0,
  }
}

const toolUseId = ({ high, low }: Digest): string => `toolu_01${base36(high)}${base36(low)}`

const base36 = (half: number): string => half.toString(36).padStart(7, '0')

const thoughtChoice = 1

const thoughtBy = ({ thinking }: MessagesRequest, fingerprint: Digest, options: ModelOptions) => {
  if (thinking === undefined) return { content: [], tokens: 0 }
  const wish = { json: false, answerTokensMax: thinking.tokensMax }
  const { content, tokens } = answerOf(fingerprint, thoughtChoice, wish, options)
  const signature = Buffer.from(content).toString('base64')
  const block: ContentBlock = { type: 'thinking', thinking: thinking.isOmitted ? '' : content, signature }
  return { content: [block], tokens }
}

/** At the stop sequence that comes first, which is not said. */
const cutAtStop = (text: string, sequences: readonly string[]) => {
  let end = text.length
  let stopSequence: string | null = null
  for (const sequence of sequences) {
    const at = text.indexOf(sequence)
    if (at < 0 || at >= end) continue
    end = at
    stopSequence = sequence
  }
  return { text: text.slice(0, end), stopSequence }
}
