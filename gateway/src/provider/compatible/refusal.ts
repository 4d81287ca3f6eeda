import type { Refusal } from '../answers/interpret.ts'
import { classifyStatus } from '../openai/classify.ts'
import { readErrorBody } from '../openai/error-body.ts'

/** Enough for a sentence; the whole body is kept beside it. */
const PLAIN_TEXT_CHARACTERS_MAX = 500

/** What an error means, in whichever of their forms a server says it: an envelope, its fields alone, or a text. */
export const refusal = (status: number, text: string): Refusal => {
  const error = readErrorBody(text)
  return {
    class: classifyStatus(status, error),
    code: wordOf(error.code) ?? error.type,
    message: error.message ?? plainText(text),
  }
}

/** vLLM repeats the status as its code, which says nothing; its type does. */
const wordOf = (code: string | undefined): string | undefined =>
  code === undefined || /^\d+$/.test(code) ? undefined : code

/** Neither a page for browsers nor JSON without a message. */
const plainText = (text: string): string | undefined => {
  const words = text.trim()
  return words === '' || /^[<{["]/.test(words) ? undefined : words.slice(0, PLAIN_TEXT_CHARACTERS_MAX)
}
