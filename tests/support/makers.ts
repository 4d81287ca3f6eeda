import type { Config } from '@sheepfold/gateway'
import type { Simulator } from '@sheepfold/simulator'

type Maker = NonNullable<ReturnType<Config['catalogue']['get']>>['maker']

/** Where each maker is asked for an answer to one text, and in which words. */
const ASKED: Readonly<Record<Maker, (model: string, text: string) => { path: string; body: object }>> = {
  openai: (model, text) => ({ path: '/v1/chat/completions', body: chat(model, text) }),
  deepseek: (model, text) => ({ path: '/chat/completions', body: chat(model, text) }),
  anthropic: (model, text) => ({ path: '/v1/messages', body: { max_tokens: 4_096, ...chat(model, text) } }),
  gemini: (model, text) => ({
    path: `/v1beta/models/${model}:generateContent`,
    body: { contents: [{ role: 'user', parts: [{ text }] }] },
  }),
}

const chat = (model: string, text: string) => ({ model, messages: [{ role: 'user', content: text }] })

/** The path at which the double of a model's maker is asked. */
export const makerPathOf = ({ catalogue }: Config, model: string): string => {
  const { maker, providerModel } = entryOf(catalogue, model)
  return ASKED[maker](providerModel, '').path
}

/** What a model of ours says to a text, as the double of its maker says it. */
export const answerOfMaker = (
  simulator: Simulator,
  { catalogue }: Config,
  asked: { readonly model: string; readonly text: string },
): string => {
  const { maker, providerModel } = entryOf(catalogue, asked.model)
  const { path, body } = ASKED[maker](providerModel, asked.text)
  return simulator.expectedAnswer(body, path)
}

const entryOf = (catalogue: Config['catalogue'], model: string) => {
  const entry = catalogue.get(model)
  if (!entry) throw new Error(`there is no model ${model}`)
  return entry
}
