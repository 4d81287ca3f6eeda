/** With line breaks and indents, as providers send it, or without. */
export const jsonBody = (value: unknown, pretty: boolean): Buffer =>
  Buffer.from(JSON.stringify(value, null, pretty ? 2 : 0))
