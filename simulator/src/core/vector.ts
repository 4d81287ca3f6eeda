import type { Digest } from './digest.ts'
import { scramble } from './digest.ts'

/**
 * A vector of length 1 that depends on the fingerprint alone. A shorter one is the beginning of the longer one,
 * stretched to length 1 again, as with the models that can shorten theirs.
 */
export const vectorOf = ({ high, low }: Digest, dimensions: number): number[] => {
  const vector: number[] = []
  let squares = 0
  for (let at = 0; at < dimensions; at++) {
    const value = scramble(scramble(high + at) ^ low) / 0x8000_0000 - 1
    squares += value * value
    vector.push(value)
  }
  const length = Math.sqrt(squares)
  for (let at = 0; at < dimensions; at++) vector[at] = rounded((vector[at] ?? 0) / length)
  return vector
}

/** Nine digits are enough for the 32 bits of a float, and JSON of more is twice as long. */
const rounded = (value: number): number => Math.round(value * 1e9) / 1e9 || 0

/** The same numbers as little-endian floats of 32 bits. */
export const base64Of = (vector: readonly number[]): string => {
  const bytes = Buffer.allocUnsafe(vector.length * 4)
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, at * 4)
  return bytes.toString('base64')
}
