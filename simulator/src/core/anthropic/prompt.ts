import type { Breakpoint } from '../breakpoint-cache.ts'
import { Hasher } from '../digest.ts'
import { type Message, type Prompt, promptTokensOf } from '../prompt.ts'
import { isError, type ProviderError } from '../provider-error.ts'
import { type Body, isRecord } from '../record.ts'
import { countTokens } from '../tokens.ts'
import { type Block, readContent, ttlOf } from './blocks.ts'
import { required, wrong } from './fields.ts'
import { readTools, type Tools } from './tools.ts'
import { readTurns, type Turn } from './turns.ts'

/** What a model gets to read, and what of it the caller wants to be kept. */
export interface ClaudePrompt extends Prompt {
  readonly tokens: number
  readonly tools: Tools
  readonly breakpoints: readonly Breakpoint[]
}

export const readPrompt = (body: Body, isStrict: boolean): ClaudePrompt | ProviderError => {
  const { model } = body
  if (model === undefined) return required('model')
  if (typeof model !== 'string') return wrong('model', 'Input should be a valid string')
  const turns = readTurns(body.messages, isStrict)
  if (isError(turns)) return turns
  const system = readSystem(body.system, isStrict)
  if (isError(system)) return system
  const tools = readTools(body)
  if (isError(tools)) return tools
  const whole = ttlOf(body.cache_control, 'cache_control')
  if (typeof whole === 'object') return whole
  const marked = toolMark(body.tools)
  if (typeof marked === 'object') return marked

  const spoken = system.length === 0 ? turns : [{ role: 'system', blocks: system }, ...turns]
  const attached = attachedTo(body)
  const prompt = { model, messages: spoken.map(messageOf), attached }
  const breakpoints = breakpointsOf(model, { attached, marked, spoken, whole })
  return { ...prompt, tokens: promptTokensOf(prompt), tools, breakpoints }
}

const readSystem = (system: unknown, isStrict: boolean): readonly Block[] | ProviderError =>
  system === undefined ? [] : readContent(system, { at: 'system', role: 'system', isStrict })

const messageOf = ({ role, blocks }: Turn): Message => ({
  role,
  name: '',
  text: blocks.map(({ text }) => text).join('\n'),
  images: blocks.reduce((sum, { images }) => sum + images, 0),
})

/** Tools and schemas cost tokens too. */
const attachedTo = ({ tools, output_config: config }: Body): string => {
  const schema = isRecord(config) ? config.format : undefined
  return [tools, schema].map((part) => (part ? JSON.stringify(part) : '')).join('')
}

/** The mark at the last tool, which is where one is of use. */
const toolMark = (tools: unknown): number | undefined | ProviderError => {
  const last: unknown = Array.isArray(tools) ? tools.at(-1) : undefined
  return isRecord(last) ? ttlOf(last.cache_control, 'tools') : undefined
}

interface Marked {
  readonly attached: string
  readonly marked: number | undefined
  readonly spoken: readonly Turn[]
  /** The mark of the request itself is one at its last block. */
  readonly whole: number | undefined
}

/** Shorter beginnings are not kept, and nobody is told. */
const keptTokensMin = 1_024

/** In the order of the cache: tools, system, turns. */
const breakpointsOf = (model: string, { attached, marked, spoken, whole }: Marked): readonly Breakpoint[] => {
  const blocks = spoken.flatMap((turn) => turn.blocks)
  if (marked === undefined && whole === undefined && blocks.every(({ ttlMs }) => ttlMs === undefined))
    return []
  const breakpoints: Breakpoint[] = []
  const hasher = new Hasher(0).text(model).text(attached)
  let tokens = countTokens(attached)
  const mark = (ttlMs: number | undefined): void => {
    if (ttlMs !== undefined && tokens >= keptTokensMin)
      breakpoints.push({ prefix: hasher.digest(), tokens, ttlMs })
  }
  mark(marked)
  for (const { role, blocks: own } of spoken) {
    hasher.text(role)
    for (const block of own) {
      hasher.text(block.text).number(block.images)
      tokens += countTokens(block.text)
      mark(block.ttlMs ?? (block === blocks.at(-1) ? whole : undefined))
    }
  }
  return breakpoints
}
