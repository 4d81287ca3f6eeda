/** What a `data:` URL of base64 holds. */
export interface InlineData {
  readonly mimeType: string
  readonly base64: string
}

/** Read without a pattern: what it holds may be many megabytes. */
export const readDataUrl = (url: string): InlineData | undefined => {
  const comma = url.indexOf(',')
  if (!url.startsWith(SCHEME) || comma < 0) return undefined
  const [mimeType = '', ...parameters] = url.slice(SCHEME.length, comma).split(';')
  if (mimeType === '' || parameters.at(-1) !== 'base64') return undefined
  return { mimeType, base64: url.slice(comma + 1) }
}

export const dataUrl = ({ mimeType, base64 }: InlineData): string => `${SCHEME}${mimeType};base64,${base64}`

const SCHEME = 'data:'
