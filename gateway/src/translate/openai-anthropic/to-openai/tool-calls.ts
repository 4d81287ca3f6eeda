import { isObject, type JsonObject } from '../../json.ts'

interface OpenCall {
  /** Among the calls; blocks of text and thinking count too in Anthropic's index. */
  readonly index: number
  hasArguments: boolean
}

/** Blocks of tool use, as deltas of tool calls. */
export class ToolCalls {
  readonly #open = new Map<unknown, OpenCall>()
  #count = 0

  start({ id, name, input }: JsonObject, block: unknown): JsonObject {
    const call = { index: this.#count, hasArguments: isObject(input) && Object.keys(input).length > 0 }
    this.#count += 1
    this.#open.set(block, call)
    const given = call.hasArguments ? JSON.stringify(input) : ''
    return { index: call.index, id, type: 'function', function: { name, arguments: given } }
  }

  continue(block: unknown, text: unknown): JsonObject | undefined {
    const call = this.#open.get(block)
    if (!call || typeof text !== 'string' || text === '') return undefined
    call.hasArguments = true
    return { index: call.index, function: { arguments: text } }
  }

  /** A call that brought no arguments has none, which is a JSON object too. */
  stop(block: unknown): JsonObject | undefined {
    const call = this.#open.get(block)
    this.#open.delete(block)
    return call && !call.hasArguments ? { index: call.index, function: { arguments: '{}' } } : undefined
  }
}
