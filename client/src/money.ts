/** Money on the wire is a decimal text in USD; in memory it is an integer count of nano-USD (10⁻⁹ USD). */
export type NanoUsd = bigint

const nanoPerUsd = 1_000_000_000n

/** Reads `2`, `0.30`, `-0.000412`: at most nine decimals. Undefined where it is not such a text. */
export const parseUsd = (text: string): NanoUsd | undefined => {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole = '0', fraction = ''] = match
  const amount = BigInt(whole) * nanoPerUsd + BigInt(fraction.padEnd(9, '0'))
  return sign === '-' ? -amount : amount
}

/** Exact, without trailing zeros beyond cents: `2.00`, `0.000412`, `-1.50`. */
export const formatUsd = (amount: NanoUsd): string => {
  const sign = amount < 0n ? '-' : ''
  const absolute = amount < 0n ? -amount : amount
  const fraction = (absolute % nanoPerUsd).toString().padStart(9, '0').replace(/0+$/, '').padEnd(2, '0')
  return `${sign}${absolute / nanoPerUsd}.${fraction}`
}

/** For people: rounded half up to so many decimals, `1.235` to two is `1.24`. */
export const roundUsd = (amount: NanoUsd, decimals: number): string => {
  const unit = 10n ** BigInt(9 - decimals)
  const absolute = amount < 0n ? -amount : amount
  const units = ((absolute + unit / 2n) / unit).toString().padStart(decimals + 1, '0')
  const sign = amount < 0n && /[1-9]/.test(units) ? '-' : ''
  if (decimals === 0) return `${sign}${units}`
  return `${sign}${units.slice(0, -decimals)}.${units.slice(-decimals)}`
}

/** What part of `whole` is `part`, in per cent with one decimal; undefined where there is no whole. */
export const percentOf = (part: NanoUsd, whole: NanoUsd): string | undefined => {
  if (whole <= 0n) return undefined
  const tenths = (part * 2000n + (part < 0n ? -whole : whole)) / (whole * 2n)
  const absolute = tenths < 0n ? -tenths : tenths
  return `${tenths < 0n ? '-' : ''}${absolute / 10n}.${absolute % 10n}`
}
