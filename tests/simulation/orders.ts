import type { Dice } from './dice.ts'

/** What one client wants: a batch, and what it does to it later. */
export interface OrderPlan {
  readonly number: number
  readonly account: string
  readonly model: string
  readonly items: readonly Item[]
  readonly system: string | null
  readonly windowSeconds: number
  readonly idempotencyKey: string | null
  readonly submitAt: number
  /** After the batch was accepted; infinite: never. */
  readonly cancelAfter: number
  readonly deleteAfter: number
}

export interface Item {
  readonly customId: string
  readonly prompt: string
  /** `too_long`: the provider refuses it. `poison`: each worker that sends it dies. */
  readonly kind: 'plain' | 'too_long' | 'poison'
}

export const ACCOUNTS = ['acct_a', 'acct_b']
export const MODELS = ['batch-4.1', 'batch-flash-3.5', 'no-book']
/** Above what `provider.ts` gives its models. */
const LONG_PROMPT = 'very '.repeat(300)

export const drawOrders = (dice: Dice, chaosMs: number): OrderPlan[] => {
  const requestsMax = dice.pick([1, 10, 30, 60, 60])
  const poisoned = dice.chance(0.1)
  return Array.from({ length: dice.int(1, 4) }, (_, number) => ({
    number,
    account: dice.pick(ACCOUNTS),
    model: dice.pick(MODELS),
    items: drawItems(dice, number, dice.int(1, requestsMax), poisoned && number === 0),
    system: dice.chance(0.3) ? 'Be brief.' : null,
    windowSeconds: dice.chance(0.25) ? dice.int(1, 60) : 86_400,
    idempotencyKey: dice.chance(0.5) ? `key-${number}` : null,
    submitAt: dice.int(0, chaosMs / 2),
    cancelAfter: dice.chance(0.25) ? dice.int(0, 15_000) : Number.POSITIVE_INFINITY,
    deleteAfter: dice.chance(0.25) ? dice.int(0, 30_000) : Number.POSITIVE_INFINITY,
  }))
}

const drawItems = (dice: Dice, order: number, count: number, poisoned: boolean): Item[] => {
  const poison = poisoned ? dice.int(0, count - 1) : -1
  return Array.from({ length: count }, (_, index) => {
    const kind = index === poison ? 'poison' : dice.chance(0.03) ? 'too_long' : 'plain'
    const filler = kind === 'too_long' ? LONG_PROMPT : 'word '.repeat(dice.int(0, 12))
    return { customId: `${kind}-${order}-${index}`, prompt: `${markOf(order, index)} ${filler}`, kind }
  })
}

/** How a call to the provider tells which request it is for. */
export const markOf = (order: number, index: number): string => `<order ${order} item ${index}>`
const MARK = /<order (\d+) item (\d+)>/

export const readMark = (body: string): { order: number; index: number } => {
  const [, order, index] = MARK.exec(body) ?? []
  if (order === undefined || index === undefined)
    throw new Error(`a call for no request: ${body.slice(0, 200)}`)
  return { order: Number(order), index: Number(index) }
}

export const bodyOf = (order: OrderPlan): Buffer =>
  Buffer.from(
    JSON.stringify({
      model: order.model,
      ...(order.system === null ? {} : { system: order.system }),
      window_seconds: order.windowSeconds,
      metadata: { order: String(order.number) },
      tasks: order.items.map(({ customId, prompt }) => ({ custom_id: customId, prompt })),
    }),
  )
