import type { WallClock } from './clocks.ts'
import type { Dice } from './dice.ts'
import { GatewayProcess, type Surroundings } from './gateway-process.ts'
import { isInjected } from './injected.ts'

/**
 * The processes of a run: started, killed, paused, stopped in good order and started again, with clocks
 * that differ. When the chaos ends, each place has a process that lives.
 */
export class Fleet {
  readonly #around: Surroundings
  readonly #dice: Dice
  readonly #storeClock: WallClock
  readonly #places: Array<GatewayProcess | undefined>
  #started = 0
  #closing = false

  constructor(around: Surroundings, dice: Dice, storeClock: WallClock) {
    this.#around = around
    this.#dice = dice
    this.#storeClock = storeClock
    const { workers } = around.scenario
    this.#places = new Array(workers).fill(undefined)
    for (let place = 0; place < workers; place += 1) this.#startLater(place, dice.int(0, 2_000))
    const { deathMs, pauseMs, restartMs, clockJumpMs } = around.scenario.trouble
    this.#often(deathMs, () => this.#anyone()?.die('killed'))
    this.#often(pauseMs, () => this.#pause())
    this.#often(restartMs, () => this.#restart())
    this.#often(clockJumpMs, () => this.#jump())
  }

  /** A process that a client may call, or nothing where it finds none. */
  connect(dice: Dice): GatewayProcess | undefined {
    const open = this.#places.filter((place) => place?.isOpen)
    return open.length === 0 ? undefined : dice.pick(open)
  }

  describe(): string {
    return this.#places
      .map((place) => (place?.process.alive ? `${place.process.name} with ${place.describe()}` : 'nobody'))
      .join(', ')
  }

  /** Stops all in good order. */
  stopAll(): { isDone(): boolean } {
    this.#closing = true
    const alive = this.#places.filter((place) => place?.process.alive)
    for (const place of alive) void place?.stop(5_000).then(() => place.die('stopped'))
    // One that was told to stop before may be gone before it hears this.
    return { isDone: () => alive.every((place) => !place?.process.alive) }
  }

  #often(meanMs: number, run: () => void): void {
    if (!Number.isFinite(meanMs)) return
    const { scheduler, weather } = this.#around
    const next = (): void => {
      scheduler.after(-Math.log(1 - this.#dice.next()) * meanMs, () => {
        if (!weather.isChaos()) return
        run()
        next()
      })
    }
    next()
  }

  #anyone(): GatewayProcess | undefined {
    const alive = this.#places.filter((place) => place?.process.alive)
    return alive.length === 0 ? undefined : this.#dice.pick(alive)
  }

  #pause(): void {
    const { logbook, scenario } = this.#around
    const process = this.#anyone()?.process
    if (!process || process.paused) return
    const ms = this.#dice.between(100, 2.5 * scenario.execute.leaseMs)
    logbook.line(`${process.name} is paused for ${ms.toFixed(0)} ms`)
    if (ms > scenario.execute.leaseMs) logbook.mark('paused beyond its lease')
    process.pause(ms)
  }

  #restart(): void {
    const place = this.#anyone()
    if (!place) return
    const drainMs = this.#dice.int(0, 8_000)
    this.#around.logbook.line(`${place.process.name} is told to stop`)
    // One that is paused hears it when it goes on, and then hands back what may be another's by now.
    place.process.deliver(() => void place.stop(drainMs).then(() => place.die('stopped')))
  }

  #jump(): void {
    const { logbook } = this.#around
    const ms = this.#dice.pick([-20_000, -2_000, 2_000, 20_000])
    const place = this.#dice.chance(0.3) ? undefined : this.#anyone()
    logbook.line(`the clock of ${place?.process.name ?? 'the store'} jumps by ${ms}`)
    if (place) place.clock.jump(ms)
    else this.#storeClock.jump(ms)
  }

  #startLater(place: number, ms: number): void {
    this.#around.scheduler.after(ms, () => {
      const process = this.#places[place]
      if (process?.process.alive || this.#closing) return
      this.#start(place)
    })
  }

  #start(place: number): void {
    const { scenario, logbook } = this.#around
    this.#started += 1
    const name = `p${place}i${this.#started}`
    const dice = this.#dice.fork(name)
    const started = new GatewayProcess(name, this.#around, this.#drawSkew(dice), dice)
    this.#places[place] = started
    logbook.line(`${name} starts`)
    started.process.onDeath(() => this.#startLater(place, this.#dice.int(100, 6_000)))
    started.start(scenario.mode === 'alone').catch((error: unknown) => {
      if (!isInjected(error)) logbook.violation(`${name} could not start: ${String(error)}`)
      started.die('it could not start')
    })
  }

  #drawSkew(dice: Dice): { aheadMs: number; rate: number } {
    if (!this.#around.scenario.trouble.skewed) return { aheadMs: 0, rate: 1 }
    return { aheadMs: dice.int(-600_000, 600_000), rate: dice.between(0.99, 1.01) }
  }
}
