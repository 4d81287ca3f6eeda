/** Longer waits are cut to this, and the answer says so in `Preference-Applied`. */
const WAIT_SECONDS_MAX = 300

export interface Wait {
  readonly ms: number
  /** For the answer, where the caller asked for something; RFC 7240. */
  readonly applied: string | undefined
}

/** `Prefer: wait=N` in seconds; other preferences are not ours and are passed over, as the RFC asks. */
export const readWait = (header: string | string[] | undefined, defaultMs: number): Wait => {
  const asked = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec(joined(header))?.[1]
  if (asked === undefined) return { ms: defaultMs, applied: undefined }
  const seconds = Math.min(WAIT_SECONDS_MAX, Number(asked))
  return { ms: seconds * 1_000, applied: `wait=${seconds}` }
}

/** `Prefer: return=minimal`: nothing is to be said twice. */
export const wantsMinimal = (header: string | string[] | undefined): boolean =>
  /(?:^|[,;\s])return\s*=\s*"?minimal"?\s*(?:$|[,;])/i.test(joined(header))

const joined = (header: string | string[] | undefined): string =>
  Array.isArray(header) ? header.join(',') : (header ?? '')
