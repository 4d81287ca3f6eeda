import { setImmediate } from 'node:timers/promises'

/** Checking so much takes less than a millisecond; a body of 500 KB at once would hold everybody up for ten. */
const TURN_BYTES = 32_768

/** A body in pieces that are small enough for one turn of the loop each, with the loop's turn behind each. */
export async function* inShortTurns(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    for (let at = 0; at < chunk.length; at += TURN_BYTES) {
      yield chunk.subarray(at, at + TURN_BYTES)
      await setImmediate()
    }
  }
}
