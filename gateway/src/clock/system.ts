import { randomFillSync } from 'node:crypto'
import type { Clock, Ids, Random } from './clock.ts'

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

export const systemRandom: Random = { next: () => Math.random() }

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const STAMP_CHARACTERS = 8
const CHANCE_CHARACTERS = 16
const DRAWN_BYTES = 4_096

const createIds = (): Ids => {
  // Drawn ahead: each call of an endpoint is given an id, and a draw costs as much as the rest of it.
  const drawn = Buffer.alloc(DRAWN_BYTES)
  let used = DRAWN_BYTES

  const nextByte = (): number => {
    if (used === DRAWN_BYTES) {
      randomFillSync(drawn)
      used = 0
    }
    used += 1
    return drawn[used - 1] ?? 0
  }

  return {
    next(prefix) {
      let time = Date.now()
      let stamp = ''
      for (let i = 0; i < STAMP_CHARACTERS; i += 1) {
        stamp = ALPHABET[time % 62] + stamp
        time = Math.floor(time / 62)
      }
      let id = prefix + stamp
      // 62 does not divide 256: the slight bias is harmless in a name with 90 bits left.
      for (let i = 0; i < CHANCE_CHARACTERS; i += 1) id += ALPHABET[nextByte() % 62]
      return id
    },
  }
}

/** Eight characters of time, then sixteen of chance: ids of one moment stay neighbours in an index. */
export const systemIds: Ids = createIds()
