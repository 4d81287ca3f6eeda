/** What choosing needs to know of a deployment. */
export interface Candidate {
  readonly id: string
  /** Share beside the others; 0 is a standby, taken only where no other is left. */
  readonly weight: number
}

/** What each deployment is owed. Kept between choices by whoever chooses; plain data. */
export type Credits = ReadonlyMap<string, number>

export interface Choice<T extends Candidate> {
  readonly chosen: T
  readonly credits: Credits
}

/**
 * Smooth weighted round robin, as in nginx (upstream round robin, 2012): everyone earns its weight, the
 * richest is taken and pays the sum. Weights 5, 1, 1 give a a b a c a a, not five a in a row. Those that
 * the request failed on are avoided while there is another.
 */
export const choose = <T extends Candidate>(
  open: readonly T[],
  failedOn: ReadonlySet<string>,
  credits: Credits,
): Choice<T> | undefined => {
  const candidates = preferred(open, failedOn)
  const [only] = candidates
  if (only === undefined) return undefined
  if (candidates.length === 1) return { chosen: only, credits }
  const earned = new Map(credits)
  let chosen = only
  let sum = 0
  for (const candidate of candidates) {
    sum += candidate.weight
    earned.set(candidate.id, (earned.get(candidate.id) ?? 0) + candidate.weight)
    if ((earned.get(candidate.id) ?? 0) > (earned.get(chosen.id) ?? 0)) chosen = candidate
  }
  earned.set(chosen.id, (earned.get(chosen.id) ?? 0) - sum)
  return { chosen, credits: earned }
}

const preferred = <T extends Candidate>(open: readonly T[], failedOn: ReadonlySet<string>): readonly T[] => {
  if (open.length < 2) return open
  const untried = failedOn.size === 0 ? open : open.filter((each) => !failedOn.has(each.id))
  const left = untried.length > 0 ? untried : open
  const weighted = left.filter((each) => each.weight > 0)
  return weighted.length > 0 ? weighted : left
}
