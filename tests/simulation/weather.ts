import type { Period, Scenario } from './scenario.ts'
import type { Scheduler } from './scheduler.ts'

/** How likely each trouble is at the moment: what the scenario says, until the chaos is over. */
export interface Weather {
  isChaos(): boolean
  deathAt(point: string): number
  storeRefusal(): number
  storeDoubt(): number
  storeSlow(): number
  /** How long until the store answers again. */
  storeStallMs(): number
  blobFailure(): number
  blobSlow(): number
  lostReply(): number
  noConnection(): number
  diskIsFull(): boolean
  freeBytes(): number
}

export const createWeather = ({ trouble, chaosMs }: Scenario, scheduler: Scheduler): Weather => {
  let hasDied = false
  const isChaos = (): boolean => scheduler.now() < chaosMs
  const now = (probability: number) => (): number => (isChaos() ? probability : 0)
  const during = (periods: readonly Period[]): Period[] =>
    periods.filter(({ from, to }) => scheduler.now() >= from && scheduler.now() < to)
  const hasNoRoom = (): boolean => during(trouble.diskFull).length > 0
  return {
    isChaos,
    deathAt(point) {
      if (!isChaos()) return 0
      const isFirst = point === trouble.diesFirstAt && !hasDied
      if (isFirst) hasDied = true
      return isFirst ? 1 : (trouble.deathAtPoints.get(point) ?? 0)
    },
    storeRefusal: now(trouble.storeRefusal),
    storeDoubt: now(trouble.storeDoubt),
    storeSlow: now(trouble.storeSlow),
    storeStallMs: () => Math.max(0, ...during(trouble.storeStalls).map(({ to }) => to - scheduler.now())),
    blobFailure: now(trouble.blobFailure),
    blobSlow: now(trouble.blobSlow),
    lostReply: now(trouble.lostReply),
    noConnection: now(trouble.noConnection),
    diskIsFull: () => hasNoRoom() && trouble.diskFullIs !== 'filling',
    freeBytes: () => (hasNoRoom() && trouble.diskFullIs !== 'unseen' ? 0 : 1_000_000),
  }
}
