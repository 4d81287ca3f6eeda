import type { JsonObject } from '../../json.ts'
import type { StreamContext } from '../../translation.ts'
import { idToOpenai } from '../ids.ts'

/** Writes chunks of one chat completion. */
export class Chunks {
  readonly #created: number
  readonly #hidesUsage: boolean
  #id = idToOpenai('')
  #model: unknown

  constructor({ now, asked, hidesUsage }: StreamContext) {
    this.#created = Math.floor(now / 1000)
    this.#model = asked.model
    this.#hidesUsage = hidesUsage
  }

  /** All chunks bear the name of the message. */
  name({ id, model }: JsonObject): void {
    this.#id = idToOpenai(id)
    this.#model = model ?? this.#model
  }

  delta(delta: JsonObject, finishReason: string | null = null): string {
    // Null in every chunk but the last, where the usage is asked for.
    const usage = this.#hidesUsage ? undefined : null
    return this.#write([{ index: 0, delta, logprobs: null, finish_reason: finishReason }], usage)
  }

  usage(usage: JsonObject): string {
    return this.#write([], usage)
  }

  #write(choices: readonly JsonObject[], usage: JsonObject | null | undefined): string {
    const chunk = {
      id: this.#id,
      object: 'chat.completion.chunk',
      created: this.#created,
      model: this.#model,
      choices,
      usage,
    }
    return `data: ${JSON.stringify(chunk)}\n\n`
  }
}
