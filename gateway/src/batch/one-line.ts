const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20

/**
 * Makes one line of JSON that was parsed, in place: there, these two bytes are white space between values, for
 * within a string they must be escaped.
 */
export const onOneLine = (bytes: Buffer, start: number, end: number): void => {
  for (const byte of [LINE_FEED, CARRIAGE_RETURN]) {
    for (let at = bytes.indexOf(byte, start); at >= 0 && at < end; at = bytes.indexOf(byte, at + 1)) {
      bytes[at] = SPACE
    }
  }
}
