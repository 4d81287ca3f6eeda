import type { RequestTable } from '../../batch/dialect.ts'
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

/**
 * Reads a shard's requests ahead in windows: what is in memory is a window or two of each running shard,
 * however large the shard or its batch.
 */
export const createRequestSource = (options: RequestSourceOptions): RequestSource => {
  const { table, positions } = options
  let loaded: LoadedRequest[] = []
  let cursor = 0
  let nextToLoad = 0
  let loading = false

  const startOf = (position: number): number => Math.min(table.idStart(position), table.bodyStart(position))
  const endOf = (position: number): number => table.bodyStart(position) + table.bodyLength(position)

  const windowEnd = (from: number): number => {
    const start = startOf(positions[from] ?? 0)
    let end = from + 1
    while (end < positions.length && endOf(positions[end] ?? 0) - start <= options.windowBytesMax) end += 1
    return end
  }

  const load = async (): Promise<void> => {
    const from = nextToLoad
    const to = windowEnd(from)
    const start = startOf(positions[from] ?? 0)
    const bytes = await options.blobs.read(options.blob, start, endOf(positions[to - 1] ?? 0) - start)
    const fresh = positions.slice(from, to).map((position) => slice(bytes, start, position))
    loaded = loaded.slice(cursor).concat(fresh)
    cursor = 0
    nextToLoad = to
  }

  const slice = (bytes: Buffer, start: number, position: number): LoadedRequest => {
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
    const halfEmpty = loaded.length - cursor <= loaded.length / 2
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
    left: () => positions.length - nextToLoad + loaded.length - cursor,
    nextBytes: () => loaded[cursor]?.fragment.length,
    take() {
      const request = loaded[cursor]
      if (!request) throw new Error('take() without a loaded request')
      cursor += 1
      loadAhead()
      return request
    },
  }
}
