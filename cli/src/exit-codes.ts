/** What cron and scripts may rely on. */
export const exitCodes = {
  ok: 0,
  usage: 1,
  someFailed: 2,
  unreachable: 3,
  unfinished: 4,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodesHelp = `
Exit codes:
  0  every request succeeded
  1  wrong usage, wrong input, or the server refused what was sent
  2  finished, but some requests failed; the next run sends those again
  3  the server could not be reached, or refused the key
  4  interrupted, or timed out while waiting; the work goes on at the server, the next run picks it up`
