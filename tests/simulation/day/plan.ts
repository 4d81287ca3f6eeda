import type { Dice } from '../dice.ts'
import { type Item, markOf, type OrderPlan } from '../orders.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

export const MODEL = 'batch-4.1'

/** Tokens of an answer, on average; `provider` of the day answers like this. */
export const ANSWER_TOKENS = 300

/** Accounts that have work for hours at the same time; each has requests of its own size. */
export const LARGE = ['large short', 'large middle', 'large long'] as const
const SMALL = ['small one', 'small two'] as const
export const ACCOUNTS: readonly string[] = [...LARGE, ...SMALL]
const PROMPT_WORDS: Readonly<Record<string, number>> = {
  'large short': 20,
  'large middle': 400,
  'large long': 1_000,
  'small one': 100,
  'small two': 300,
}

/** While all large accounts certainly have work. */
export const RUSH = { from: HOUR_MS, to: 6 * HOUR_MS }

export interface Burst {
  readonly from: number
  readonly to: number
  /** So many people at once, each of whom asks again when the answer has come. */
  readonly callers: number
}

export interface DayPlan {
  readonly orders: readonly OrderPlan[]
  readonly bursts: readonly Burst[]
  /** Single calls, far from each other. */
  readonly calls: readonly number[]
}

export const drawDay = (dice: Dice): DayPlan => {
  const orders: OrderPlan[] = []
  const add = (account: string, submitAt: number, count: number, windowHours: number): void => {
    orders.push(orderOf({ number: orders.length, account, submitAt, count, windowHours, dice }))
  }
  // Each has more than a third of what the provider does in these hours.
  add('large short', dice.int(0, 30) * MINUTE_MS, 3_600, 24)
  add('large middle', dice.int(0, 30) * MINUTE_MS, 1_600, 24)
  add('large long', dice.int(0, 30) * MINUTE_MS, 800, 24)
  // More urgent ones of those who have much that is patient.
  for (const hour of [2, 3, 4]) {
    add(dice.pick(LARGE), hour * HOUR_MS + dice.int(0, 30) * MINUTE_MS, dice.int(60, 150), 4)
  }
  for (let hour = 1; hour < 20; hour += 1) {
    add(dice.pick(SMALL), hour * HOUR_MS + dice.int(0, 59) * MINUTE_MS, dice.int(5, 40), dice.int(2, 4))
  }
  // The rest of the day: now idle, now busy.
  for (let hour = 9; hour < 20; hour += dice.int(1, 2)) {
    add(dice.pick(LARGE), hour * HOUR_MS + dice.int(0, 59) * MINUTE_MS, dice.int(20, 200), dice.int(3, 8))
  }
  return { orders, bursts: drawBursts(dice), calls: drawCalls(dice) }
}

const drawBursts = (dice: Dice): Burst[] =>
  Array.from({ length: 10 }, (_, place) => {
    const from = (1 + place * 2) * HOUR_MS + dice.int(0, 90) * MINUTE_MS
    return { from, to: from + dice.int(5, 20) * MINUTE_MS, callers: dice.int(3, 20) }
  })

const drawCalls = (dice: Dice): number[] =>
  Array.from({ length: 120 }, (_, place) => place * 12 * MINUTE_MS + dice.int(0, 5 * MINUTE_MS))

const orderOf = (given: {
  number: number
  account: string
  submitAt: number
  count: number
  windowHours: number
  dice: Dice
}): OrderPlan => ({
  number: given.number,
  account: given.account,
  model: MODEL,
  items: Array.from({ length: given.count }, (_, index) => itemOf(given.number, index, given)),
  system: null,
  windowSeconds: given.windowHours * 3_600,
  idempotencyKey: null,
  submitAt: given.submitAt,
  cancelAfter: Number.POSITIVE_INFINITY,
  deleteAfter: Number.POSITIVE_INFINITY,
})

const itemOf = (order: number, index: number, { account, dice }: { account: string; dice: Dice }): Item => {
  const words = Math.round((PROMPT_WORDS[account] ?? 100) * dice.between(0.5, 1.5))
  return {
    customId: `${order}-${index}`,
    prompt: `${markOf(order, index)} ${'word '.repeat(words)}`,
    kind: 'plain',
  }
}
