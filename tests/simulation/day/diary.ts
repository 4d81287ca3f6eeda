import type { OrderPlan } from '../orders.ts'

/** What happened to one request of a batch: each is called once, for nothing goes wrong on this day. */
export interface Started {
  readonly order: OrderPlan
  readonly at: number
}

export interface Answered extends Started {
  readonly tokens: number
}

/** One call of somebody at a screen. */
export interface Asked {
  readonly at: number
  /** Undefined while it waits. */
  startedAt: number | undefined
  /** Nobody else asked at the time. */
  readonly alone: boolean
}

/** All that is worth knowing of a day afterwards. */
export interface Diary {
  readonly started: Started[]
  readonly answered: Answered[]
  readonly asked: Asked[]
  /** By the numbers of the orders. */
  readonly acceptedAt: Map<number, number>
  readonly endedAt: Map<number, number>
  readonly troubles: string[]
}

export const emptyDiary = (): Diary => ({
  started: [],
  answered: [],
  asked: [],
  acceptedAt: new Map(),
  endedAt: new Map(),
  troubles: [],
})
