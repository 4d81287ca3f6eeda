import { DEFAULT_EXECUTE_LIMITS } from '../../../gateway/src/execute/limits.ts'
import {
  late,
  longestWaitMs,
  startedBeforeMoreUrgent,
  startsPerMinute,
  tokensBetween,
  unfairness,
  waitsAlone,
} from './measures.ts'
import { ACCOUNTS, type Burst, RUSH } from './plan.ts'
import { type Day, LIMITS, TOKENS_PER_MINUTE } from './simulate-day.ts'

const MINUTE_MS = 60_000

/** What batches have of the rate when interactive calls take their share. */
const BATCHES_PER_MINUTE = TOKENS_PER_MINUTE * (1 - LIMITS.interactiveShare)

/**
 * Each of the others may have its credit first. Less was seen: twelve minutes. An account that stands in one
 * line with the large ones waits for hours.
 */
const WAIT_MS_MAX =
  ((ACCOUNTS.length - 1) * DEFAULT_EXECUTE_LIMITS.creditTokens * MINUTE_MS) / BATCHES_PER_MINUTE

/** What batches take of the rate alone: tokens are counted ahead, and a tenth or two too many. */
const RATE_USED_MIN = 0.7

/** One place is kept for interactive calls, and a call takes 15 s: four a minute. */
const CALLS_PER_MINUTE_MIN = 3.4

/** What a day did not keep of what is promised, in sentences. */
export const broken = (day: Day): string[] => [
  ...day.diary.troubles,
  ...brokenBetweenAccounts(day),
  ...day.plan.bursts.filter(isInRush).flatMap((burst) => brokenBetweenLanes(day, burst)),
  ...brokenToSingleCalls(day),
]

const brokenBetweenAccounts = (day: Day): string[] => {
  const ratio = unfairness(day.diary)
  const waitMs = longestWaitMs(day)
  return [
    ...when(ratio > 1.1, `an account had ${ratio} times the tokens of another while both had work`),
    ...when(
      startedBeforeMoreUrgent(day.diary) > 0,
      'a batch went on before a more urgent one of its account',
    ),
    ...when(waitMs > WAIT_MS_MAX, `an account with work waited for ${waitMs} ms for an answer`),
    ...late(day).map(({ number, account }) => `batch ${number} of ${account} did not end within its window`),
  ]
}

const brokenBetweenLanes = ({ diary }: Day, burst: Burst): string[] => {
  const calls = startsPerMinute(diary, burst)
  const minutes = (burst.to - burst.from) / MINUTE_MS
  const beside = tokensBetween(diary.answered, burst.from, burst.to) / minutes
  // A second after: what interactive calls do not ask for has come back by then.
  const from = burst.to + 1_000
  const after = tokensBetween(diary.answered, from, from + 10 * MINUTE_MS) / 10
  return [
    ...when(
      calls < CALLS_PER_MINUTE_MIN,
      `interactive calls had no more than ${calls} a minute of their place`,
    ),
    ...when(
      beside < BATCHES_PER_MINUTE * RATE_USED_MIN,
      `batches had ${beside} tokens a minute beside a burst`,
    ),
    ...when(after < TOKENS_PER_MINUTE * RATE_USED_MIN, `batches had ${after} tokens a minute after a burst`),
  ]
}

const brokenToSingleCalls = ({ diary }: Day): string[] => {
  const longest = Math.max(...waitsAlone(diary))
  return when(longest > 1_000, `a call that came alone waited for ${longest} ms`)
}

const isInRush = ({ from, to }: Burst): boolean => from >= RUSH.from && to + 10 * MINUTE_MS <= RUSH.to

const when = (isBroken: boolean, sentence: string): string[] => (isBroken ? [sentence] : [])
