/** Longer bodies are cut: a proxy's page of HTML may be megabytes. */
const ERROR_BODY_BYTES_MAX = 64 * 1024

/** As it came, so that nothing the provider said is lost; bytes that are no UTF-8 become U+FFFD. */
export const errorText = (body: Buffer): string => {
  if (body.length <= ERROR_BODY_BYTES_MAX) return body.toString('utf8')
  let end = ERROR_BODY_BYTES_MAX
  // Not in the middle of a character: its later bytes begin with the bits 10.
  while (end > 0 && ((body[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return body.toString('utf8', 0, end)
}
