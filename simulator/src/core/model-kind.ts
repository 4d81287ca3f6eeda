/** What OpenAI's models are made for, as far as their names tell; any other model does what it is asked to. */
export type ModelKind = 'chat' | 'text' | 'embedding' | 'any'

export const kindOf = (model: string): ModelKind => {
  if (/^text-embedding-/.test(model)) return 'embedding'
  if (/^(gpt-3\.5-turbo-instruct|davinci-002|babbage-002)/.test(model)) return 'text'
  return /^(gpt-\d|o\d|chatgpt-)/.test(model) ? 'chat' : 'any'
}
