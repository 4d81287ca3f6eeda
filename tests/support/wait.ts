import { setTimeout as pause } from 'node:timers/promises'

// A guard against what hangs, so generous that a busy machine never reaches it: no test asserts a time.
const DEADLINE_MS = 120_000
const LOOK_EVERY_MS = 20

export const withDeadline = async <Value>(
  promise: Promise<Value>,
  msMax: number,
  what: string,
): Promise<Value> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${msMax / 1_000} s for ${what}`)), msMax)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Looks again and again until there is something to see, and gives it back. */
export const until = async <Value>(
  what: string,
  look: () => Value | undefined | false | Promise<Value | undefined | false>,
  msMax = DEADLINE_MS,
): Promise<Value> => {
  for (const giveUpAt = performance.now() + msMax; performance.now() < giveUpAt; await pause(LOOK_EVERY_MS)) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
  }
  throw new Error(`waited ${msMax / 1_000} s for ${what}`)
}
