/** What fits the four bytes of a count in a journal frame. */
const COUNT_MAX = 0xffff_ffff

/** A number of tokens from the wire; NaN, which makes every comparison of its usage false, where it is none. */
export const count = (value: unknown): number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= COUNT_MAX
    ? value
    : Number.NaN
