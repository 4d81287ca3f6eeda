/** Refused as soon as it is too large, and not only when all of it has come. */
export async function* atMost(
  source: AsyncIterable<Buffer>,
  bytesMax: number,
  tooLarge: () => Error,
): AsyncGenerator<Buffer> {
  let bytes = 0
  for await (const chunk of source) {
    bytes += chunk.length
    if (bytes > bytesMax) throw tooLarge()
    yield chunk
  }
}
