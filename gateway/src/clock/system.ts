import { randomBytes } from 'node:crypto'
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

/** Eight characters of time, then sixteen of chance: ids of one moment stay neighbours in an index. */
export const systemIds: Ids = {
  next(prefix) {
    let time = Date.now()
    let stamp = ''
    for (let i = 0; i < 8; i += 1) {
      stamp = ALPHABET[time % 62] + stamp
      time = Math.floor(time / 62)
    }
    // 62 does not divide 256: the slight bias is harmless in a name with 90 bits left.
    const chance = Array.from(randomBytes(16), (byte) => ALPHABET[byte % 62]).join('')
    return `${prefix}${stamp}${chance}`
  },
}
