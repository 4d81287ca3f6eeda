import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { contentOf, toParts } from './content-blocks.ts'
import type { ContentContext } from './content-context.ts'

/** The results of tools are messages of their own, before what the user says. */
export const toUserMessages = (
  content: string | readonly Fields[],
  context: ContentContext,
): readonly JsonObject[] => {
  if (typeof content === 'string') return [{ role: 'user', content }]
  const results = content.filter(isResult).map((block) => toResult(block, context))
  const said = content.filter((block) => !isResult(block))
  reportMoved(content)
  const parts = [...results.flatMap(({ shown }) => shown), ...toParts(said, context)]
  const messages = results.map(({ message }) => message)
  return parts.length > 0 || messages.length === 0
    ? [...messages, { role: 'user', content: parts }]
    : messages
}

const isResult = (block: Fields): boolean => block.take('type') === 'tool_result'

const reportMoved = (content: readonly Fields[]): void => {
  const firstSaid = content.findIndex((block) => !isResult(block))
  for (const [at, block] of content.entries()) {
    if (at > firstSaid && firstSaid >= 0 && isResult(block)) {
      block.report.moved(block.path, 'before what the user says')
    }
  }
}

interface Result {
  readonly message: JsonObject
  /** What a result cannot hold at OpenAI: the user shows it. */
  readonly shown: readonly JsonObject[]
}

const toResult = (block: Fields, context: ContentContext): Result => {
  const id = block.requiredString('tool_use_id')
  const { content, shown } = resultContent(block, context)
  const failed = block.boolean('is_error') === true
  if (failed) block.approximate('is_error', 'the words "Error:" before the result')
  block.approximate('cache_control', 'automatic caching')
  block.dropRest()
  return { message: { role: 'tool', tool_call_id: id, content: failed ? asError(content) : content }, shown }
}

type ToolContent = string | readonly JsonObject[]

const resultContent = (
  block: Fields,
  context: ContentContext,
): { readonly content: ToolContent; readonly shown: readonly JsonObject[] } => {
  if (block.take('content') === undefined) return { content: '', shown: [] }
  const content = contentOf(block, 'content')
  if (typeof content === 'string') return { content, shown: [] }
  const parts = toParts(content, context)
  const shown = parts.filter((part) => part.type !== 'text')
  if (shown.length > 0) block.report.moved(block.at('content'), 'what the user says')
  return { content: parts.filter((part) => part.type === 'text'), shown }
}

const asError = (content: ToolContent): ToolContent =>
  typeof content === 'string' ? `Error: ${content}` : [{ type: 'text', text: 'Error:' }, ...content]
