import type { SimulatorOptions } from '../options.ts'
import { setUp as setUpAt } from '../set-up.fixture.ts'

export const pathOf = (method: string, model = 'gemini-2.5-flash'): string =>
  `/v1beta/models/${model}:${method}`

export const setUp = (options: SimulatorOptions = {}, method = 'generateContent', model?: string) =>
  setUpAt(options, pathOf(method, model))

export const user = (text: string) => ({ role: 'user', parts: [{ text }] })

/** A request in which nothing is thought, unless it says so. */
export const ask = (text: string, generationConfig: object = {}, more: object = {}) => ({
  contents: [user(text)],
  generationConfig: { thinkingConfig: { thinkingBudget: 0 }, ...generationConfig },
  ...more,
})
