import { createHash } from 'node:crypto'
import type { Scheduler } from './scheduler.ts'

/** What happened in a run. Every line goes into the hash that tells whether two runs were the same. */
export interface Logbook {
  line(text: string): void
  /** Something rare came about: counted, so that a run can tell what it has covered. */
  mark(name: string): void
  /** A promise is broken. The run ends with the event that is running. */
  violation(text: string): void
  violations(): readonly string[]
  marks(): ReadonlyMap<string, number>
  hash(): string
}

export const createLogbook = (scheduler: Scheduler, print: ((line: string) => void) | undefined): Logbook => {
  const hash = createHash('sha256')
  const violations: string[] = []
  const marks = new Map<string, number>()

  const line = (text: string): void => {
    const whole = `${scheduler.now().toFixed(3)} ${text}\n`
    hash.update(whole)
    print?.(whole)
  }

  return {
    line,
    mark(name) {
      marks.set(name, (marks.get(name) ?? 0) + 1)
    },
    violation(text) {
      line(`VIOLATION ${text}`)
      violations.push(text)
    },
    violations: () => violations,
    marks: () => marks,
    hash: () => hash.copy().digest('hex'),
  }
}
