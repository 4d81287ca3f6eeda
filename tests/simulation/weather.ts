import type { Scenario } from './scenario.ts'
import type { Scheduler } from './scheduler.ts'

/** How likely each trouble is at the moment: what the scenario says, until the chaos is over. */
export interface Weather {
  isChaos(): boolean
  deathAt(point: string): number
  storeRefusal(): number
  storeDoubt(): number
  storeSlow(): number
  blobFailure(): number
  blobSlow(): number
  lostReply(): number
  noConnection(): number
  diskIsFull(): boolean
  freeBytes(): number
}

export const createWeather = ({ trouble, chaosMs }: Scenario, scheduler: Scheduler): Weather => {
  const isChaos = (): boolean => scheduler.now() < chaosMs
  const now = (probability: number) => (): number => (isChaos() ? probability : 0)
  const diskIsFull = (): boolean =>
    trouble.diskFull.some(({ from, to }) => scheduler.now() >= from && scheduler.now() < to)
  return {
    isChaos,
    deathAt: (point) => (isChaos() ? (trouble.deathAtPoints.get(point) ?? 0) : 0),
    storeRefusal: now(trouble.storeRefusal),
    storeDoubt: now(trouble.storeDoubt),
    storeSlow: now(trouble.storeSlow),
    blobFailure: now(trouble.blobFailure),
    blobSlow: now(trouble.blobSlow),
    lostReply: now(trouble.lostReply),
    noConnection: now(trouble.noConnection),
    diskIsFull,
    freeBytes: () => (diskIsFull() && trouble.diskFullIsSeen ? 0 : 1_000_000),
  }
}
