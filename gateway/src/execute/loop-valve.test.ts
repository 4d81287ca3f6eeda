import { describe, expect, it } from 'vitest'
import type { Clock } from '../clock/clock.ts'
import { createLoopValve, type LoopValve } from './loop-valve.ts'

const LIMITS = { startMsMax: 2, loopLateMsMax: 5, loopLateMsMaxAlone: 100 }

/** An event loop: time passes by work, and only between two turns are timers looked at. */
const openLoop = (isInteractive: boolean) => {
  let time = 0
  let timers: Array<{ at: number; run: () => void }> = []
  const clock: Clock = {
    now: () => time,
    monotonic: () => time,
    after(ms, run) {
      timers.push({ at: time + Math.max(1, ms), run })
      return () => {}
    },
  }
  const opened: number[] = []
  const valve = createLoopValve({
    ...LIMITS,
    clock,
    isInteractive: () => isInteractive,
    onOpen: () => opened.push(time),
  })
  /** A turn of so many milliseconds, then whatever timer is due; with nothing to do, the loop waits for one. */
  const turn = (ms: number): void => {
    time += ms
    time = Math.max(time, Math.min(...timers.map(({ at }) => at)))
    const due = timers.filter(({ at }) => at <= time)
    timers = timers.filter(({ at }) => at > time)
    for (const { run } of due) run()
  }
  const work = (ms: number): void => {
    time += ms
  }
  return { valve, turn, work, opened, timers: () => timers.length }
}

/** Starts calls of a tenth of a millisecond each until it may not; how many. */
const startAll = (valve: LoopValve, work: (ms: number) => void, most = 1_000): number => {
  let started = 0
  while (started < most && valve.isOpen()) {
    started += 1
    work(0.1)
  }
  return started
}

describe('beside interactive calls', () => {
  it('batches start calls for two milliseconds in one turn of the loop, and go on in the next', () => {
    const { valve, turn, work, opened } = openLoop(true)
    expect(startAll(valve, work)).toBe(20)
    expect(valve.isOpen()).toBe(false)
    turn(0)
    expect(opened).toHaveLength(1)
    expect(startAll(valve, work)).toBe(20)
  })

  it('batches start nothing while the loop is late, and are called once it is on time', () => {
    const { valve, turn, opened } = openLoop(true)
    expect(valve.isOpen()).toBe(true)
    turn(20)
    expect(valve.isOpen()).toBe(false)
    turn(20)
    expect([valve.isOpen(), opened]).toEqual([false, []])
    turn(3)
    expect([valve.isOpen(), opened]).toEqual([true, [43]])
  })
})

describe('alone', () => {
  it('batches start as much as they like in one turn, and the loop may be late by a little', () => {
    const { valve, turn, work, opened } = openLoop(false)
    expect(startAll(valve, work, 500)).toBe(500)
    turn(40)
    expect([valve.isOpen(), opened]).toEqual([true, []])
  })

  it('batches wait where the loop is late by so much that leases are in danger', () => {
    const { valve, turn, opened } = openLoop(false)
    valve.isOpen()
    turn(150)
    expect(valve.isOpen()).toBe(false)
    turn(1)
    expect(opened).toHaveLength(1)
  })

  it('no timer runs while nothing is started', () => {
    const { valve, turn, timers } = openLoop(false)
    valve.isOpen()
    turn(1)
    expect(timers()).toBe(0)
  })
})
