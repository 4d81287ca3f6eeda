import type { JsonObject } from '../../json.ts'
import type { Said } from './system.ts'

/**
 * The turns as Anthropic wants them: all results of the tools that one turn called lie in the next turn, before
 * anything else that the user says there.
 */
export class Turns {
  readonly #closed: JsonObject[] = []
  /** Of the user's turn that is open. */
  #results: JsonObject[] = []
  #said: Said[] = []

  get isEmpty(): boolean {
    return this.#closed.length + this.#results.length + this.#said.length === 0
  }

  all(): readonly JsonObject[] {
    this.#close()
    return this.#closed
  }

  addUser(said: Said): void {
    this.#said.push(said)
  }

  /** True where it comes to lie before what was said before it. */
  addResult(result: JsonObject): boolean {
    this.#results.push(result)
    return this.#said.length > 0
  }

  addAssistant(content: Said): void {
    this.#close()
    this.#closed.push({ role: 'assistant', content })
  }

  addSystem(content: Said): void {
    this.#close()
    this.#closed.push({ role: 'system', content })
  }

  #close(): void {
    if (this.#results.length > 0) {
      this.#closed.push({ role: 'user', content: [...this.#results, ...this.#said.flatMap(blocksOf)] })
    } else {
      for (const content of this.#said) this.#closed.push({ role: 'user', content })
    }
    this.#results = []
    this.#said = []
  }
}

/** There are no empty text blocks. */
export const blocksOf = (said: Said): readonly JsonObject[] => {
  if (typeof said !== 'string') return said
  return said === '' ? [] : [{ type: 'text', text: said }]
}
