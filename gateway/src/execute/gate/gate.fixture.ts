import type { CallAnswer } from '../../provider/call.ts'
import type { Verdict } from '../../provider/verdict.ts'

/** A generator that gives the same numbers every time (Steele and Vigna's mulberry32). */
export const seeded = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const ANSWER: CallAnswer = {
  kind: 'answer',
  status: 200,
  headers: new Map(),
  body: Buffer.alloc(0),
  firstByteMs: 1,
  totalMs: 1,
}

export const SUCCESS: Verdict = {
  kind: 'success',
  answer: { text: '', finishReason: 'stop', model: null, usage: undefined },
  reply: ANSWER,
}

/** So many tokens of input, and no output. */
export const tokensIn = (input: number) => ({ input, output: 0 })
