import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import { NO_KEY_LIMITS } from '../../storage/operator.ts'
import { createKeySpending } from './key-spending.ts'

const keyWith = (spend: bigint | null) => ({ id: 'key_1', limits: { ...NO_KEY_LIMITS, spend } })

const open = (spent: bigint) => {
  const clock = createManualClock()
  const store = { spent, looks: 0, isAway: false }
  const spending = createKeySpending({
    clock,
    async spentByKey() {
      store.looks += 1
      if (store.isAway) throw new Error('away')
      return store.spent
    },
  })
  return { clock, store, spending }
}

describe('a key that may spend so much', () => {
  it('is refused once that is spent, and told both figures', async () => {
    const { clock, store, spending } = open(999_999_999n)
    await spending.check(keyWith(1_000_000_000n))
    store.spent = 1_000_000_000n
    clock.advance(1_000)
    await expect(spending.check(keyWith(1_000_000_000n))).rejects.toMatchObject({
      code: 'spend_limit_reached',
      status: 402,
      message: 'This key may spend 1.00 USD; 1.00 USD are spent or held for batches that run',
    })
  })

  it('is looked up once a second, and what its calls cost meanwhile counts at once', async () => {
    const { clock, store, spending } = open(0n)
    await spending.check(keyWith(100n))
    spending.add('key_1', 60n)
    await spending.check(keyWith(100n))
    spending.add('key_1', 40n)
    await expect(spending.check(keyWith(100n))).rejects.toMatchObject({ code: 'spend_limit_reached' })
    expect(store.looks).toBe(1)
    clock.advance(1_000)
    // The store says what counts.
    await spending.check(keyWith(100n))
    expect(store.looks).toBe(2)
  })

  it('is looked up again after a look that failed', async () => {
    const { store, spending } = open(0n)
    store.isAway = true
    await expect(spending.check(keyWith(100n))).rejects.toThrow('away')
    store.isAway = false
    await spending.check(keyWith(100n))
  })
})

describe('a key without such a limit', () => {
  it('is never looked up', async () => {
    const { store, spending } = open(10n ** 15n)
    spending.add('key_1', 1n)
    await spending.check(keyWith(null))
    expect(store.looks).toBe(0)
  })
})
