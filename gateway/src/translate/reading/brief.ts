/** A value in few characters, for people to read. Never walks into it: a client chose how deep it is. */
export const brief = (value: unknown): string => {
  if (typeof value === 'string') return cut(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return `an object of ${cut(Object.keys(value).join(', '))}`
  return String(value)
}

const CHARACTERS_MAX = 80

const cut = (text: string): string =>
  text.length > CHARACTERS_MAX ? `${text.slice(0, CHARACTERS_MAX)}…` : text
