/** The body of an answer in chunks, as it was sent: without the coding. */
export const unchunked = (received: string): string => {
  let rest = received.slice(received.indexOf('\r\n\r\n') + 4)
  let body = ''
  for (;;) {
    const size = /^([0-9a-f]+)\r\n/i.exec(rest)
    if (!size) return body
    const length = Number.parseInt(size[1] ?? '0', 16)
    const start = size[0].length
    body += rest.slice(start, start + length)
    rest = rest.slice(start + length + 2)
  }
}
