/** '{}' for what is nested too deep to be written down. */
export const jsonText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? '{}'
  } catch {
    return '{}'
  }
}
