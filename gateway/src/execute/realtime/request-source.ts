import type { RequestTable } from '../../batch/dialect.ts'
import { endOfRequest } from '../../batch/index-codec.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'

/** A request with its bytes at hand. */
export interface LoadedRequest {
  readonly position: number
  /** A JSON string with its quotes. */
  readonly customId: string
  readonly fragment: Buffer
  readonly variant: number
}

export interface RequestSource {
  /** Requests not taken yet, loaded or not. */
  left(): number
  nextBytes(): number | undefined
  take(): LoadedRequest
}

export interface RequestSourceOptions {
  readonly blobs: Pick<Blobs, 'read'>
  readonly clock: Clock
  readonly blob: string
  readonly table: RequestTable
  /** The positions still to answer, ascending. */
  readonly positions: readonly number[]
  /** One read ahead takes this much, or a single request where that is larger. */
  readonly windowBytesMax: number
  /** There may be more at hand than before. */
  readonly onLoaded: () => void
  /** A read failed; it is tried again a second later, as long as it takes … */
  readonly onError: (error: unknown) => void
  /** … and as long as anybody wants what it brings. */
  readonly isWanted: () => boolean
}

const READ_RETRY_MS = 1_000

/** Bytes of requests that lie one behind another. */
interface ReadWindow {
  readonly bytes: Buffer
  /** Where it begins in the blob. */
  readonly start: number
  /** Behind its last request, as a place in `positions`. */
  readonly to: number
}

/**
 * Reads a shard's requests ahead in windows: what is in memory is a window or two of each running shard,
 * however large the shard or its batch. A request is cut out when it is taken: cut out before, thousands of
 * small objects would grow old while they wait.
 */
export const createRequestSource = (options: RequestSourceOptions): RequestSource => {
  const { table, positions } = options
  const windows: ReadWindow[] = []
  /** Places in `positions`: of the next request to take, and of the next one to read. */
  let next = 0
  let nextToLoad = 0
  /** How many were at hand after the last read. */
  let atHand = 0
  let loading = false

  const startOf = (position: number): number => Math.min(table.idStart(position), table.bodyStart(position))
  const endOf = (position: number): number =>
    endOfRequest({
      idStart: table.idStart(position),
      idLength: table.idLength(position),
      bodyStart: table.bodyStart(position),
      bodyLength: table.bodyLength(position),
    })

  const windowEnd = (from: number): number => {
    const start = startOf(positions[from] ?? 0)
    let end = from + 1
    while (end < positions.length && endOf(positions[end] ?? 0) - start <= options.windowBytesMax) end += 1
    return end
  }

  const load = async (): Promise<void> => {
    const to = windowEnd(nextToLoad)
    const start = startOf(positions[nextToLoad] ?? 0)
    const bytes = await options.blobs.read(options.blob, start, endOf(positions[to - 1] ?? 0) - start)
    windows.push({ bytes, start, to })
    nextToLoad = to
    atHand = nextToLoad - next
  }

  const cutOut = ({ bytes, start }: ReadWindow, position: number): LoadedRequest => {
    const idStart = table.idStart(position) - start
    const bodyStart = table.bodyStart(position) - start
    return {
      position,
      customId: bytes.toString('utf8', idStart, idStart + table.idLength(position)),
      fragment: bytes.subarray(bodyStart, bodyStart + table.bodyLength(position)),
      variant: table.variant(position),
    }
  }

  const loadAhead = (): void => {
    const halfEmpty = nextToLoad - next <= atHand / 2
    if (loading || nextToLoad >= positions.length || !halfEmpty) return
    loading = true
    load().then(
      () => {
        loading = false
        options.onLoaded()
        loadAhead()
      },
      (error: unknown) => {
        options.onError(error)
        options.clock.after(READ_RETRY_MS, () => {
          loading = false
          if (options.isWanted()) loadAhead()
          else options.onLoaded()
        })
      },
    )
  }

  loadAhead()
  return {
    left: () => positions.length - next,
    nextBytes: () => (next < nextToLoad ? table.bodyLength(positions[next] ?? 0) : undefined),
    take() {
      const [window] = windows
      const position = positions[next]
      if (!window || position === undefined) throw new Error('take() without a loaded request')
      const request = cutOut(window, position)
      next += 1
      if (next === window.to) windows.shift()
      loadAhead()
      return request
    },
  }
}
