import type { ComposeBody } from '../../batch/dialect.ts'
import { endOfString } from '../json/string-end.ts'

const QUOTE = 0x22

/**
 * The body of a request line in its own bytes, with the provider's name for the model in the place of ours.
 * `variant` is where the model's name stands in the body.
 */
export const bodyOfLine = (): ComposeBody => {
  const names = new Map<string, Buffer>()
  return (body, modelStart, providerModel) => {
    let name = names.get(providerModel)
    if (name === undefined) {
      name = Buffer.from(JSON.stringify(providerModel))
      names.set(providerModel, name)
    }
    if (body[modelStart] !== QUOTE)
      throw new Error(`the model of a request is not at byte ${modelStart} of its body`)
    const modelEnd = endOfString(body, modelStart + 1, body.length)
    if (body.compare(name, 0, name.length, modelStart, modelEnd) === 0) return body
    const whole = Buffer.allocUnsafe(body.length - (modelEnd - modelStart) + name.length)
    body.copy(whole, 0, 0, modelStart)
    whole.set(name, modelStart)
    body.copy(whole, modelStart + name.length, modelEnd)
    return whole
  }
}
