import type { Item, OrderPlan } from './orders.ts'
import { providerModelOf } from './provider.ts'

/** One request of one order, wherever it is met. */
export interface Request {
  readonly order: OrderPlan
  readonly index: number
  readonly item: Item
}

/** What is right, told by the orders and not by the gateway. */
export interface Truth {
  readonly orders: readonly OrderPlan[]
  request(order: number, index: number): Request
  /** The one answer that this request deserves. */
  expectedText(request: Request): string
}

export const createTruth = (
  orders: readonly OrderPlan[],
  expectedAnswer: (body: unknown) => string,
): Truth => {
  const texts = new Map<string, string>()

  return {
    orders,
    request(number, index) {
      const order = orders[number]
      const item = order?.items[index]
      if (!order || !item) throw new Error(`there is no request ${index} of order ${number}`)
      return { order, index, item }
    },
    expectedText(request) {
      const key = nameOf(request)
      let text = texts.get(key)
      if (text === undefined) {
        text = expectedAnswer(bodyFor(request))
        texts.set(key, text)
      }
      return text
    },
  }
}

export const nameOf = ({ order, index }: { order: { number: number }; index: number }): string =>
  `${order.number}.${index}`

const bodyFor = ({ order, item }: Request): unknown => ({
  model: providerModelOf(order.model),
  messages: [
    ...(order.system === null ? [] : [{ role: 'system', content: order.system }]),
    { role: 'user', content: item.prompt },
  ],
})
