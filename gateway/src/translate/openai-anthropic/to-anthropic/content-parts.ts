import { isObject, type JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'
import { fileToAnthropic } from './files.ts'
import { imageToAnthropic } from './images.ts'
import type { Said } from './system.ts'

export interface ContentOrder {
  readonly path: string
  /** The types of parts that the role may have. */
  readonly allowed: ReadonlySet<string>
}

export const USER_PARTS: ReadonlySet<string> = new Set(['text', 'image_url', 'file'])
export const SYSTEM_PARTS: ReadonlySet<string> = new Set(['text'])
export const ASSISTANT_PARTS: ReadonlySet<string> = new Set(['text', 'refusal'])

/** The content of a message: a text, or parts that become blocks. */
export const contentToAnthropic = (
  content: unknown,
  { path, allowed }: ContentOrder,
  report: Report,
): Said => {
  if (typeof content === 'string') return content
  if (Array.isArray(content)) {
    return content.map((part: unknown, at) =>
      partToAnthropic(part, { path: `${path}[${at}]`, allowed }, report),
    )
  }
  report.refuse(path, 'must be a text or a list of parts.')
  return ''
}

const partToAnthropic = (part: unknown, { path, allowed }: ContentOrder, report: Report): JsonObject => {
  if (!isObject(part) || typeof part.type !== 'string' || !allowed.has(part.type)) {
    report.refuse(path, `must be a part of the type ${[...allowed].join(', ')}: no other can be sent here.`)
    return {}
  }
  report.dropUnknown(part, new Set(['type', part.type, 'prompt_cache_breakpoint']), path)
  return { ...blockOf(part, path, report), cache_control: cacheControl(part, path, report) }
}

const blockOf = (part: JsonObject, path: string, report: Report): JsonObject => {
  switch (part.type) {
    case 'image_url':
      return imageToAnthropic(part.image_url, `${path}.image_url`, report)
    case 'file':
      return fileToAnthropic(part.file, `${path}.file`, report)
    case 'refusal':
      report.changed(path, 'approximated', { from: part.refusal, to: 'a text' })
      return { type: 'text', text: part.refusal }
    default:
      return { type: 'text', text: part.text }
  }
}

/** The cache is kept for other times than the ones that can be asked for. */
const cacheControl = (
  { prompt_cache_breakpoint: breakpoint }: JsonObject,
  path: string,
  report: Report,
): JsonObject | undefined => {
  if (!isGiven(breakpoint)) return undefined
  const wanted = isObject(breakpoint) ? breakpoint.ttl : undefined
  const ttl = isGiven(wanted) ? '1h' : '5m'
  report.changed(`${path}.prompt_cache_breakpoint`, 'approximated', { from: wanted ?? '30m', to: ttl })
  return { type: 'ephemeral', ttl }
}
