import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Outbox } from './outbox.ts'

describe('an outbox', () => {
  it('writes all that is ready at the end of the turn, in the order in which it came', async () => {
    const written: string[] = []
    const outbox = new Outbox()
    for (const name of ['a', 'b', 'c']) outbox.add({ flush: () => written.push(name) })
    expect(written).toEqual([])
    await setImmediate()
    expect(written).toEqual(['a', 'b', 'c'])
  })

  it('takes what comes while it writes for the next turn', async () => {
    const written: string[] = []
    const outbox = new Outbox()
    const late = { flush: () => written.push('late') }
    outbox.add({
      flush() {
        written.push('early')
        outbox.add(late)
      },
    })
    await setImmediate()
    await setImmediate()
    expect(written).toEqual(['early', 'late'])
  })
})
