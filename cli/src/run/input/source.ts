import type { LineNames } from './line-names.ts'

/** An input of any kind as a JSONL file that can be read from any offset. */
export interface Source extends LineNames {
  readonly path: string
  /** What could not be read while it was made JSONL. */
  readonly faults: InputFaults
  /** What people should know of it, for example which files were left out. */
  readonly notes: readonly string[]
  /** Removes what was made of the input. */
  discard(): void
}

export interface InputFault {
  /** `reviews.csv:17` */
  readonly place: string
  readonly message: string
}

/** The first 1,000; `total` counts all. */
export interface InputFaults {
  readonly shown: readonly InputFault[]
  readonly total: number
}

const shownMax = 1_000

export interface FaultList extends InputFaults {
  add(place: string, message: string): void
}

export const createFaultList = (): FaultList => {
  const shown: InputFault[] = []
  let total = 0
  return {
    shown,
    get total() {
      return total
    },
    add: (place, message) => {
      total++
      if (shown.length < shownMax) shown.push({ place, message })
    },
  }
}
