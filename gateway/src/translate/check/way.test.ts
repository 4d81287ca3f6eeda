import { describe, expect, it } from 'vitest'
import { DEFAULT_DEPLOYMENT_LIMITS } from '../../config/default-limits.ts'
import type { Deployment } from '../../provider/deployment.ts'
import { narrowLookUp } from './translation.fixture.ts'
import { createWayOf } from './way.ts'

const CHAT = '/v1/chat/completions'

const deployment = (provider: Deployment['provider'], more: Partial<Deployment> = {}): Deployment => ({
  id: `${provider}/${more.providerModel ?? 'm'}`,
  model: 'model',
  provider,
  providerModel: 'm',
  baseUrl: 'http://127.0.0.1',
  apiKey: 'key',
  weight: 1,
  limits: DEFAULT_DEPLOYMENT_LIMITS,
  outputTokensDefault: 100,
  costBook: 'm',
  ...more,
})

const SPOKEN = {
  openai: { endpoints: new Set([CHAT, '/v1/embeddings']) },
  anthropic: { endpoints: new Set(['own']) },
}

const way = (deployments: readonly Deployment[], endpoint = CHAT) =>
  createWayOf(deployments, SPOKEN, narrowLookUp)('model', endpoint)

describe('the requests of a model', () => {
  it('pass where all of its deployments speak the endpoint', () => {
    expect(way([deployment('openai'), deployment('openai')])).toEqual({ kind: 'passes' })
  })

  it('pass where the others have nothing like it', () => {
    expect(way([deployment('openai'), deployment('anthropic')], '/v1/embeddings')).toEqual({ kind: 'passes' })
  })

  it('are translated for each distinct target, in one order whatever that of the deployments', () => {
    const [one, other] = [deployment('anthropic'), deployment('anthropic', { providerModel: 'a' })]
    const targets = [
      { provider: 'anthropic', outputTokensDefault: 100, model: 'a' },
      { provider: 'anthropic', outputTokensDefault: 100, model: 'm' },
    ]
    expect(way([one, other, one, deployment('openai')])).toEqual({ kind: 'translated', targets })
    expect(way([other, one])).toEqual({ kind: 'translated', targets })
  })

  it('go nowhere where no deployment has anything like the endpoint', () => {
    expect(way([deployment('anthropic')], '/v1/embeddings')).toEqual({ kind: 'nowhere' })
    expect(way([deployment('gemini')])).toEqual({ kind: 'nowhere' })
  })

  it('are not spoken of where it has no deployment at all', () => {
    expect(createWayOf([], SPOKEN, narrowLookUp)('model', CHAT)).toEqual({ kind: 'passes' })
  })
})
