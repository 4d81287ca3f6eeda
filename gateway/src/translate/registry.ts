import type { Deployment } from '../provider/deployment.ts'
import { anthropicToGemini } from './anthropic-gemini/anthropic-to-gemini.ts'
import { anthropicToOpenai } from './openai-anthropic/anthropic-to-openai.ts'
import { openaiToAnthropic } from './openai-anthropic/openai-to-anthropic.ts'
import { embeddingsToGemini } from './openai-gemini/embeddings/embeddings-to-gemini.ts'
import { openaiToGemini } from './openai-gemini/openai-to-gemini.ts'
import type { Translation } from './translation.ts'

type Provider = Deployment['provider']

/** By endpoint of ours, then by provider; an endpoint that a provider has itself is not here. */
const TRANSLATIONS: Readonly<Record<string, Partial<Record<Provider, Translation>>>> = {
  '/v1/chat/completions': { anthropic: openaiToAnthropic, gemini: openaiToGemini },
  '/v1/embeddings': { gemini: embeddingsToGemini },
  '/v1/messages': {
    gemini: anthropicToGemini,
    openai: anthropicToOpenai,
    deepseek: anthropicToOpenai,
    compatible: anthropicToOpenai,
  },
}

/** Undefined where the provider has nothing like the endpoint. */
export type TranslationLookup = (endpoint: string, provider: Provider) => Translation | undefined

export const translationFor: TranslationLookup = (endpoint, provider) =>
  Object.hasOwn(TRANSLATIONS, endpoint) ? TRANSLATIONS[endpoint]?.[provider] : undefined
