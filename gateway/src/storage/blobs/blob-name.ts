const SEGMENT = /^[A-Za-z0-9_.-]{1,200}$/
const NAME_CHARACTERS_MAX = 512

/** Where unfinished blobs are written: no blob's own name begins with it. */
export const UNFINISHED_FOLDER = 'tmp'

/**
 * Throws unless a name is made of plain segments. Names come from our own ids; this check is what makes a
 * way out of the blobs' folder impossible should one ever come from elsewhere.
 */
export const assertBlobName = (name: string): void => {
  const segments = name.split('/')
  const plain = segments.every((segment) => SEGMENT.test(segment) && segment !== '.' && segment !== '..')
  if (!plain || name.length > NAME_CHARACTERS_MAX || segments[0] === UNFINISHED_FOLDER) {
    throw new Error(
      `"${name.slice(0, 80)}" is no name of a blob: segments of [A-Za-z0-9_.-] between slashes, ` +
        `none of them "." or "..", the first not "${UNFINISHED_FOLDER}"`,
    )
  }
}
