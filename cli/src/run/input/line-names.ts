/** What a line of the JSONL file was in the input that people know. Lines count from 1. */
export interface LineNames {
  /** Where people find it: `reviews.csv:17`. */
  placeOf(line: number): string
  /** The id of a record that names none: `line-17`, `row-16`. */
  idOf(line: number): string
}

export const numberedLines = (path: string): LineNames => ({
  placeOf: (line) => `${path}:${line}`,
  idOf: (line) => `line-${line}`,
})
