import { describe, expect, it } from 'vitest'
import type { Config } from './config.ts'
import { configOfText } from './config-file.ts'
import { DEFAULT_DEPLOYMENT_LIMITS, DEFAULT_RETENTION_MS } from './default-limits.ts'

const ENV = { ACME_KEY: 'sk-acme', OPENAI_API_KEY: 'sk-openai' }

const configOf = (text: string): Config => configOfText(text, 'sheepfold.yaml', ENV)

const refusal = (text: string): string => {
  try {
    configOf(text)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error(`was taken: ${text}`)
}

/** One whole deployment, with members replaced or added. */
const deployments = (...all: Array<Record<string, unknown>>): string =>
  JSON.stringify({
    deployments: all.map((each) => ({
      id: 'a',
      model: 'batch-4.1',
      base_url: 'https://api.example/v1/',
      api_key_env: 'ACME_KEY',
      ...each,
    })),
  })

describe('a file of configuration', () => {
  it('may be empty: then all is as without one, and providers come from the environment', () => {
    const config = configOf('')
    expect(config.deployments.map(({ apiKey }) => apiKey)).toContain('sk-openai')
    expect(config.retentionMs).toBe(DEFAULT_RETENTION_MS)
  })

  it('may be YAML or JSON', () => {
    const yaml = 'limits:\n  retention_days: 2 # short\n  body_mib_max: 3\n'
    const json = '{"limits": {"retention_days": 2, "body_mib_max": 3}}'
    for (const text of [yaml, json]) {
      expect(configOf(text)).toMatchObject({
        retentionMs: 172_800_000,
        intake: { bodyBytesMax: 3 * 1_048_576 },
      })
    }
  })

  it('brings deployments that replace those of the environment', () => {
    expect(configOf(deployments({ limits: { concurrency_max: 8 } })).deployments).toEqual([
      {
        id: 'a',
        model: 'batch-4.1',
        provider: 'openai',
        providerModel: 'gpt-4.1',
        baseUrl: 'https://api.example/v1',
        apiKey: 'sk-acme',
        weight: 1,
        costBook: 'gpt-4.1',
        // The default start is above this maximum, and nobody asked for it.
        limits: { ...DEFAULT_DEPLOYMENT_LIMITS, concurrencyMax: 8, concurrencyInitial: 8 },
      },
    ])
  })

  it('brings models beside those that there are, with exact prices', () => {
    const config = configOf(`
      models:
        house-model: { provider_model: llama, list_price: "0.30", batch_price: "0.000000001" }
        at-cost: { provider_model: llama, cost_factor_percent: 120 }`)
    expect(config.catalogue.get('house-model')?.sell?.list.input).toBe(300_000_000n)
    expect(config.catalogue.get('at-cost')).toMatchObject({ costBook: 'llama', costFactorPercent: 120 })
    expect(config.catalogue.get('at-cost')).not.toHaveProperty('sell')
    expect(config.catalogue.has('batch-4.1')).toBe(true)
  })

  it('names every fault at once', () => {
    expect(refusal('{"limits": {"items_max": 0}, "deploymnets": []}')).toBe(
      [
        'sheepfold.yaml is not a valid configuration:',
        '  limits.items_max: Too small: expected number to be >0',
        '  (top): there is no deploymnets; there are models, deployments, presets, limits',
      ].join('\n'),
    )
  })

  it.each<[string, text: string, path: string, allowed: string]>([
    ['YAML that does not parse', 'models: [', 'sheepfold.yaml', 'line 1, column 10'],
    ['a member given twice', 'limits: {}\nlimits: {}', 'sheepfold.yaml', 'unique at line 2'],
    ['a list', '- 1', '(top)', 'expected object'],
    [
      'a limit that does not exist',
      '{"limits": {"items": 1}}',
      'limits:',
      'there are items_max, body_mib_max',
    ],
    ['a number as text', '{"limits": {"items_max": "5"}}', 'limits.items_max', 'expected number'],
    ['a limit beyond the largest', '{"limits": {"items_max": 1000001}}', 'limits.items_max', '<=1000000'],
    ['no finite number', 'limits: {retention_days: .inf}', 'limits.retention_days', 'expected number'],
    [
      'an unknown maker',
      'models: {m: {provider_model: x, maker: y}}',
      'models.m.maker',
      '"openai"|"anthropic"',
    ],
    ['a price below zero', 'models: {m: {provider_model: x, list_price: -1}}', 'models.m.list_price', '2.00'],
    [
      'a price that is none',
      'models: {m: {provider_model: x, list_price: yes}}',
      'models.m.list_price',
      '2.00',
    ],
    [
      'a price that is a truth',
      'models: {m: {provider_model: x, list_price: true}}',
      'models.m.list_price',
      '2.00',
    ],
    ['half a price', 'models: {m: {provider_model: x, list_price: 1}}', 'models.m', 'or neither'],
    ['a model without a name', 'models: {"": {provider_model: x}}', 'models.', 'at least one character'],
    ['a preset with a bad name', 'presets: {"A b": {}}', 'presets.A b', 'a-z 0-9 _'],
    [
      'a deployment of an unknown model',
      deployments({ model: 'x' }),
      'a serves the model "x"',
      'batch-4.1, ',
    ],
    ['a key that is not set', deployments({ api_key_env: 'NO_KEY' }), 'NO_KEY', 'not set'],
    ['a key in the file', deployments({ api_key: 'sk' }), 'deployments.0', 'api_key_env'],
    [
      'another protocol',
      deployments({ base_url: 'ftp://x' }),
      'deployments.0.base_url',
      'http:// or https://',
    ],
    ['an id with a space', deployments({ id: 'a b' }), 'deployments.0.id', 'A-Z a-z 0-9 _ . / -'],
    ['an id given twice', deployments({}, {}), 'deployments.1.id', 'another one for each deployment'],
    [
      'a provider that we do not speak to',
      deployments({ provider: 'x' }),
      'deployments.0.provider',
      '"openai"',
    ],
    ['a weight below zero', deployments({ weight: -1 }), 'deployments.0.weight', '>=0'],
    [
      'a start above the largest concurrency: it is not clamped in silence',
      deployments({ limits: { concurrency_max: 5, concurrency_initial: 9 } }),
      'deployments.0.limits.concurrency_initial',
      'at most concurrency_max, which is 5',
    ],
    [
      'a start above the default largest',
      deployments({ limits: { concurrency_initial: DEFAULT_DEPLOYMENT_LIMITS.concurrencyMax + 1 } }),
      'deployments.0.limits.concurrency_initial',
      `which is ${DEFAULT_DEPLOYMENT_LIMITS.concurrencyMax}`,
    ],
  ])('is refused for %s, by its path and with what is allowed', (_what, text, path, allowed) => {
    const message = refusal(text)
    expect(message).toContain(path)
    expect(message).toContain(allowed)
  })
})
