/** The middle one, or the mean of the two in the middle. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  if (upper === undefined) throw new Error('no values, no median')
  const lower = sorted.length % 2 === 0 ? sorted[middle - 1] : upper
  return (upper + (lower ?? upper)) / 2
}
