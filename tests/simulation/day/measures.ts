import type { OrderPlan } from '../orders.ts'
import type { Answered, Diary } from './diary.ts'
import { ACCOUNTS, type Burst, type DayPlan, LARGE, RUSH } from './plan.ts'
import type { Day } from './simulate-day.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000

const isBetween = (at: number, from: number, to: number): boolean => at >= from && at < to

export const tokensBetween = (answered: readonly Answered[], from: number, to: number): number =>
  answered.reduce((sum, each) => (isBetween(each.at, from, to) ? sum + each.tokens : sum), 0)

/** In each half hour of the rush: the most that one of the large accounts had, over the least. */
export const unfairness = ({ answered }: Diary): number => {
  let worst = 1
  for (let from = RUSH.from; from < RUSH.to; from += 30 * MINUTE_MS) {
    const tokens = LARGE.map((account) =>
      tokensBetween(
        answered.filter(({ order }) => order.account === account),
        from,
        from + 30 * MINUTE_MS,
      ),
    )
    worst = Math.max(worst, Math.max(...tokens) / Math.max(1, Math.min(...tokens)))
  }
  return worst
}

/** Requests of a batch that started although a more urgent one of the same account had some left to start. */
export const startedBeforeMoreUrgent = ({ started, acceptedAt }: Diary): number => {
  const lastStart = new Map<number, number>()
  for (const { order, at } of started) lastStart.set(order.number, at)
  const endOf = (order: OrderPlan): number => order.submitAt + order.windowSeconds * SECOND_MS
  const orders = [...new Set(started.map(({ order }) => order))]
  return started.filter(({ order, at }) =>
    orders.some(
      (other) =>
        other.account === order.account &&
        endOf(other) < endOf(order) &&
        // It has to be claimed and read first.
        isBetween(at, (acceptedAt.get(other.number) ?? 0) + SECOND_MS, lastStart.get(other.number) ?? 0),
    ),
  ).length
}

/** The longest that an account with work waited for an answer, from when it had some or from the answer before. */
export const longestWaitMs = ({ plan, diary }: Day): number =>
  Math.max(...ACCOUNTS.map((account) => longestWaitOf(account, plan, diary)))

const longestWaitOf = (account: string, { orders }: DayPlan, diary: Diary): number => {
  const work = orders
    .filter((order) => order.account === account)
    .map(({ number }) => ({ from: diary.acceptedAt.get(number) ?? 0, to: diary.endedAt.get(number) ?? 0 }))
  const answers = diary.answered.filter(({ order }) => order.account === account).map(({ at }) => at)
  const begins = work.map(({ from }) => from)
  return Math.max(
    ...answers.map((at) => {
      const before = Math.max(...[...answers, ...begins].filter((each) => each < at))
      const isWait = work.some(({ from, to }) => from <= before && at <= to)
      return isWait ? at - before : 0
    }),
  )
}

/** Batches that did not end within their window. */
export const late = ({ plan, diary }: Day): OrderPlan[] =>
  plan.orders.filter(({ number, submitAt, windowSeconds }) => {
    const endedAt = diary.endedAt.get(number)
    return endedAt === undefined || endedAt > submitAt + windowSeconds * SECOND_MS
  })

/** How long each call waited that nobody else's stood beside. */
export const waitsAlone = ({ asked }: Diary): number[] =>
  asked.filter(({ alone }) => alone).map(({ at, startedAt = Number.POSITIVE_INFINITY }) => startedAt - at)

/** Calls that were let in each minute of a burst, the first minute left out. */
export const startsPerMinute = ({ asked }: Diary, { from, to }: Burst): number => {
  const starts = asked.filter(({ startedAt = 0 }) => isBetween(startedAt, from + MINUTE_MS, to))
  return starts.length / ((to - from) / MINUTE_MS - 1)
}
