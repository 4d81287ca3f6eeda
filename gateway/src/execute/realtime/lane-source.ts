import type { Source } from '../schedule/fair-queue.ts'
import type { Route, Routed } from './routes.ts'

/** Something that waits in the batch lane of a model, with one item after another. */
export interface LaneSource extends Source {
  /** Its turn: starts its next item on the route that it is let in by; false where no gate lets it in. */
  startNext(enter: Enter): boolean
}

/** Through the gates of the lane's model. */
export type Enter = (endpoint: string, request: Routed) => Route | undefined

/** Where sources wait for their turn. */
export interface LaneQueue {
  add(model: string, source: LaneSource): void
  remove(model: string, source: LaneSource): void
  /** Starts what may start, of one model or of all. Cheap where nothing may. */
  pump(model?: string): void
}
