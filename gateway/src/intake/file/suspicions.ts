/** Reads bytes of the file that was taken in; fewer where it ends before. */
export type ReadBack = (start: number, length: number) => Promise<Buffer>

/** A request whose id has the hash of earlier ones. */
export interface Suspicion {
  readonly line: number
  readonly customId: string
  /** Where the earlier ids begin in the file, at their quote. */
  readonly places: readonly number[]
}

/** Those whose id really was there before, told by the bytes of the file. */
export const confirmDuplicates = async (
  suspicions: readonly Suspicion[],
  readBack: ReadBack,
): Promise<Suspicion[]> => {
  const confirmed: Suspicion[] = []
  for (const suspicion of suspicions) {
    for (const place of suspicion.places) {
      if ((await idAt(place, suspicion.customId, readBack)) !== suspicion.customId) continue
      confirmed.push(suspicion)
      break
    }
  }
  return confirmed
}

/** An id takes at most six bytes a character, where all of it is written in escapes. */
const BYTES_A_CHARACTER = 6
const QUOTE = 0x22
const BACKSLASH = 0x5c

const idAt = async (place: number, wanted: string, readBack: ReadBack): Promise<string | undefined> => {
  const bytes = await readBack(place, BYTES_A_CHARACTER * wanted.length + 2)
  for (let at = 1; at < bytes.length; at += bytes[at] === BACKSLASH ? 2 : 1) {
    if (bytes[at] === QUOTE) return String(JSON.parse(bytes.toString('utf8', 0, at + 1)))
  }
  // Longer than the one that is looked for.
  return undefined
}
