import { isTransient, SheepfoldError } from '@sheepfold/client'

/** What cron and scripts may rely on. */
export const exitCodes = {
  ok: 0,
  usage: 1,
  someFailed: 2,
  unreachable: 3,
  unfinished: 4,
  limitReached: 5,
  notConfirmed: 6,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** A server that may answer later, and a key that may be mended, are told apart from what is wrong itself. */
export const exitCodeOfError = (error: unknown): ExitCode =>
  error instanceof SheepfoldError && (isTransient(error) || error.status === 401 || error.status === 403)
    ? exitCodes.unreachable
    : exitCodes.usage

export const exitCodesHelp = `
Exit codes:
  0  every request succeeded
  1  wrong usage, wrong input, or the server refused what was sent
  2  finished, but some requests failed; the next run sends those again
  3  the server could not be reached, or refused the key
  4  interrupted, or timed out while waiting; the work goes on at the server, the next run picks it up
  5  stopped by --max-cost or --max-error-share; what was finished is collected, the next run sends the rest
  6  the sample is done and the rest was not confirmed; the next run with --yes sends it`
