import { ArraySplitter } from './array-splitter.ts'

export interface TellingOrder {
  /** Members of which each says whose a document is. */
  readonly keys: readonly string[]
  /** No more is held than this, and a chunk. */
  readonly fieldsBytesMax: number
  readonly depthMax: number
}

export interface Told {
  /** The first of the members that came; undefined where none did, or it is no JSON until there. */
  readonly key: string | undefined
  /** All of the document, from its first byte. */
  readonly body: AsyncIterable<Buffer>
}

/** Reads a document only so far as it takes to know whose it is. */
export const readTellingKey = async (
  body: AsyncIterable<Buffer>,
  { keys, fieldsBytesMax, depthMax }: TellingOrder,
): Promise<Told> => {
  const limits = { elementsMax: 0, elementBytesMax: 0, fieldsBytesMax, depthMax }
  const splitter = new ArraySplitter({ lists: keys, ...limits })
  const chunks = body[Symbol.asyncIterator]()
  const held: Buffer[] = []
  const told = (): string | undefined => splitter.keys.find((key) => keys.includes(key))
  while (told() === undefined && !splitter.isBroken) {
    const next = await chunks.next()
    if (next.done) break
    held.push(next.value)
    // Elements are not handed out: there is nothing to take.
    for (const element of splitter.push(next.value)) throw new Error(`element ${element.index} of none`)
  }
  return { key: told(), body: fromTheStart(held, chunks) }
}

async function* fromTheStart(held: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield* held
  yield* { [Symbol.asyncIterator]: () => rest }
}
