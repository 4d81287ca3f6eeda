import type { Dice } from './dice.ts'
import type { Scheduler } from './scheduler.ts'

/** How long a call across a seam is on its way. */
export interface Ways {
  there(): number
  back(): number
}

/**
 * A process of the gateway, seen from outside: everything that reaches it (a timer, a reply) comes through
 * `deliver`. One that is paused gets it all later, as after SIGSTOP or a long pause of its machine; one that
 * is dead gets nothing any more, and what it still asks for never answers: its objects are as good as gone.
 */
export class SimProcess {
  readonly name: string
  readonly #scheduler: Scheduler
  #alive = true
  #paused = false
  #inbox: Array<() => void> = []
  #draining = false
  #mourners: Array<() => void> = []

  constructor(name: string, scheduler: Scheduler) {
    this.name = name
    this.#scheduler = scheduler
  }

  get alive(): boolean {
    return this.#alive
  }

  get paused(): boolean {
    return this.#paused
  }

  die(): void {
    if (!this.#alive) return
    this.#alive = false
    this.#inbox = []
    for (const mourn of this.#mourners) mourn()
  }

  onDeath(run: () => void): void {
    this.#mourners.push(run)
  }

  pause(ms: number): void {
    if (this.#paused) return
    this.#paused = true
    this.#scheduler.after(ms, () => {
      this.#paused = false
      this.#drain()
    })
  }

  deliver(run: () => void): void {
    if (!this.#alive) return
    if (!this.#paused && !this.#draining) return void run()
    this.#inbox.push(run)
  }

  /** Calls out of the process and back in. */
  cross<Result>(ways: Ways, work: () => Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) return
      const comeBack = (settle: () => void): void => {
        this.#scheduler.after(ways.back(), () => this.deliver(settle))
      }
      const goThere = (): void => {
        work().then(
          (result) => comeBack(() => resolve(result)),
          (error: unknown) => comeBack(() => reject(error)),
        )
      }
      this.#scheduler.after(ways.there(), () => this.deliver(goThere))
    })
  }

  /** One delivery an event: whatever follows from one has happened before the next. */
  #drain(): void {
    if (this.#draining) return
    this.#draining = true
    const next = (): void => {
      if (!this.#alive || this.#paused) {
        this.#draining = false
        return
      }
      const run = this.#inbox.shift()
      if (!run) {
        this.#draining = false
        return
      }
      run()
      this.#scheduler.after(0, next)
    }
    next()
  }
}

/** Mostly soon, now and then late. */
export const ways = (dice: Dice, usualMs: number, late: { rate: () => number; ms: number }): Ways => {
  const delay = (): number =>
    dice.chance(late.rate()) ? dice.between(usualMs, late.ms) : dice.between(0, usualMs)
  return { there: delay, back: delay }
}
