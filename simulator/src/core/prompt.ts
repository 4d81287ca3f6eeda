import { Hasher } from './digest.ts'
import { countTokens, tokensOf } from './tokens.ts'

/** What a model gets to read of a conversation. */
export interface Prompt {
  readonly model: string
  readonly messages: readonly Message[]
  /** Tools and schemas as text: they cost prompt tokens too. */
  readonly attached: string
}

export interface Message {
  readonly role: string
  readonly name: string
  /** The text parts, joined. */
  readonly text: string
  readonly images: number
}

/** OpenAI's published rule: three tokens around each message, three that prime the answer. */
const tokensAroundMessage = 3
const tokensOfRole = 1
const tokensPriming = 3
/** A picture in low detail; sizes in pixels are not looked at. */
const tokensOfImage = 85

export const promptTokensOf = (prompt: Prompt): number => {
  let tokens = tokensPriming
  for (const { text, name, images } of prompt.messages) {
    tokens += tokensAroundMessage + tokensOfRole + countTokens(text) + images * tokensOfImage
    if (name !== '') tokens += 1 + countTokens(name)
  }
  return prompt.attached === '' ? tokens : tokens + countTokens(prompt.attached)
}

/** OpenAI caches prompts from 1,024 tokens on, in steps of 128. */
const cachedTokensMin = 1_024
const cachedTokensStep = 128
const prefixesKept = 100_000

/** Which long beginnings of prompts were seen before. Order matters here, as it does at the provider. */
export class PrefixCache {
  readonly #seen = new Set<number>()

  /** How many of the prompt's first tokens were known; all of them are, afterwards. */
  lookUp(prompt: Prompt, promptTokens: number): number {
    return promptTokens < cachedTokensMin ? 0 : this.#lookUp(prompt)
  }

  #lookUp(prompt: Prompt): number {
    const hasher = new Hasher(0).text(prompt.model)
    let tokens = 0
    let known = 0
    let unbroken = true
    for (const { role, text } of prompt.messages) {
      hasher.text(role)
      for (const token of tokensOf(text)) {
        hasher.number(token)
        tokens++
        if (tokens < cachedTokensMin || tokens % cachedTokensStep !== 0) continue
        unbroken = this.#knew(hasher) && unbroken
        if (unbroken) known = tokens
      }
    }
    return known
  }

  #knew(hasher: Hasher): boolean {
    const { high, low } = hasher.digest()
    const prefix = (high & 0x1f_ffff) * 0x1_0000_0000 + low
    if (this.#seen.has(prefix)) return true
    if (this.#seen.size >= prefixesKept) this.#seen.clear()
    this.#seen.add(prefix)
    return false
  }
}
