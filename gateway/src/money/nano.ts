/** Money is an integer count of nano-USD (10⁻⁹ USD). Floats never touch it. */
export type Nano = bigint

export const NANO_PER_USD = 1_000_000_000n

/** Reads a decimal such as `2`, `0.30` or `12.000000001` USD. Undefined where it is not one. */
export const parseUsd = (text: string): Nano | undefined => {
  const match = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text)
  if (!match) return undefined
  const [, whole = '0', fraction = ''] = match
  return BigInt(whole) * NANO_PER_USD + BigInt(fraction.padEnd(9, '0'))
}

/** Exact decimal USD without trailing zeros beyond cents: `2.00`, `0.000412`, `-1.50`. */
export const formatUsd = (amount: Nano): string => {
  const sign = amount < 0n ? '-' : ''
  const digits = (amount < 0n ? -amount : amount).toString().padStart(DECIMALS + 1, '0')
  const point = digits.length - DECIMALS
  let end = digits.length
  while (end > point + 2 && digits.charCodeAt(end - 1) === ZERO) end -= 1
  return `${sign}${digits.slice(0, point)}.${digits.slice(point, end)}`
}

const DECIMALS = 9
const ZERO = 0x30
