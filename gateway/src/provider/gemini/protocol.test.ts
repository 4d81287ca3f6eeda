import { expect, it } from 'vitest'
import type { Deployment } from '../deployment.ts'
import { geminiProtocol } from './protocol.ts'

const deployment = (providerModel: string): Deployment => ({
  id: 'one',
  model: 'm',
  provider: 'gemini',
  outputTokensDefault: 4_096,
  providerModel,
  baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  apiKey: 'AIza-one',
  weight: 1,
  limits: {
    concurrencyMax: 1,
    concurrencyInitial: 1,
    firstByteMsMax: 1,
    totalMsMax: 1,
    interactiveShare: 0,
  },
  costBook: 'none',
})

it.each([
  ['gemini-2.5-flash', 'generateContent', false, '/models/gemini-2.5-flash:generateContent'],
  ['gemini-2.5-flash', 'generateContent', true, '/models/gemini-2.5-flash:streamGenerateContent?alt=sse'],
  ['gemini-embedding-001', 'embedContent', false, '/models/gemini-embedding-001:batchEmbedContents'],
  ['tunedModels/ours-1', 'generateContent', false, '/tunedModels/ours-1:generateContent'],
  ['models/gemini-2.5-pro', 'generateContent', false, '/models/gemini-2.5-pro:generateContent'],
  ['a model?', 'generateContent', false, '/models/a%20model%3F:generateContent'],
])('%s is asked for %s (stream: %s) at %s', (model, endpoint, isStream, path) => {
  expect(geminiProtocol.target(deployment(model), endpoint, { isStream, headers: {} })).toEqual({
    path,
    headers: { 'x-goog-api-key': 'AIza-one', 'content-type': 'application/json' },
  })
})

it('has no endpoint of ours, so that requests are translated', () => {
  expect([...geminiProtocol.endpoints]).toEqual(['generateContent', 'embedContent'])
})
