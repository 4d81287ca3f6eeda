/** Hours of the week, in a zone without summer time: when a provider is dearer, or cheaper. */
export interface Hours {
  /** East of Greenwich; 480 is Beijing. */
  readonly utcOffsetMinutes: number
  /** 1 is Monday, 7 is Sunday. */
  readonly weekdays: ReadonlySet<number>
  /** Days on which they do not hold, as ISO dates of the zone. */
  readonly except: ReadonlySet<string>
  /** Minutes of the day: from (inclusive) until (exclusive). */
  readonly spans: readonly Span[]
}

export interface Span {
  readonly from: number
  readonly until: number
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** `at` in milliseconds since 1970. */
export const isWithin = ({ utcOffsetMinutes, weekdays, except, spans }: Hours, at: number): boolean => {
  const local = at + utcOffsetMinutes * MINUTE_MS
  const day = Math.floor(local / DAY_MS)
  const minute = Math.floor((local - day * DAY_MS) / MINUTE_MS)
  if (!spans.some(({ from, until }) => minute >= from && minute < until)) return false
  return weekdays.has(weekdayOf(day)) && !except.has(dateOf(day))
}

/** 1970 began on a Thursday. */
const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1

// biome-ignore lint/style/noRestrictedGlobals: names a day that is given, reads no clock
const dateOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)
