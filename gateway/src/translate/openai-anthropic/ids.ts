const OPENAI = 'chatcmpl-'
const ANTHROPIC = 'msg_'

/** The name of an answer, as the caller's format writes names. */
export const idToOpenai = (id: unknown): string => withPrefix(id, ANTHROPIC, OPENAI)

export const idToAnthropic = (id: unknown): string => withPrefix(id, OPENAI, ANTHROPIC)

const withPrefix = (id: unknown, from: string, to: string): string => {
  const text = typeof id === 'string' ? id : ''
  return `${to}${text.startsWith(from) ? text.slice(from.length) : text}`
}
