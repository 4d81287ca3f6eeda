/** The size that every figure is for: 481 bytes to the provider, about 632 back. */
const requestBytes = 481

/** Compact JSON and 11 tokens of text make an answer of about 632 bytes. */
export const answerOptions = { answerTokens: 11, answerTokensSpread: 0 }

export const model = 'gpt-4.1'
export const providerKey = 'sk-bench'
export const chatPath = '/v1/chat/completions'
export const chatHeaders = { 'content-type': 'application/json', authorization: `Bearer ${providerKey}` }

const vocabulary =
  'the river runs past an old copper lantern while nine people wait for morning trains and talk about weather'.split(
    ' ',
  )

export const chatBody = (prompt: string): string =>
  JSON.stringify({ model, messages: [{ role: 'user', content: prompt }] })

const promptBytes = requestBytes - chatBody('').length

const promptOf = (request: number): string => {
  let text = String(request)
  for (let at = 0; text.length < promptBytes; at++) {
    text += ` ${vocabulary[(request * 7 + at * at) % vocabulary.length]}`
  }
  return text.slice(0, promptBytes)
}

export const batchSize = 1_000

/** A batch of different prompts of one size, so that no memory of the last one helps anybody. */
export const prompts: readonly string[] = Array.from({ length: batchSize }, (_, request) => promptOf(request))
