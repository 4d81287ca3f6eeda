/** Messages between processes are `unknown` until they are read with these. */
export const fieldOf = (message: unknown, name: string): unknown =>
  typeof message === 'object' && message !== null ? new Map(Object.entries(message)).get(name) : undefined

export const textOf = (message: unknown, name: string): string => {
  const value = fieldOf(message, name)
  if (typeof value === 'string') return value
  throw new Error(`no text "${name}" in ${JSON.stringify(message)}`)
}

export const numberOf = (message: unknown, name: string): number => {
  const value = fieldOf(message, name)
  if (typeof value === 'number') return value
  throw new Error(`no number "${name}" in ${JSON.stringify(message)}`)
}
