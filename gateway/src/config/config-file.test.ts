import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { costAt } from '../money/cost-book.ts'
import { readConfigFile, readConfigWithoutKeys, withoutFile } from './config-file.ts'
import { DEFAULT_DEPLOYMENT_LIMITS, DEFAULT_RETENTION_MS } from './default-limits.ts'
import { shownConfig, shownYaml } from './file/shown.ts'
import type { LoadedConfig } from './loaded-config.ts'

const ENV = { ACME_KEY: 'sk-acme', OPENAI_API_KEY: 'sk-openai' }

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sheepfold-config-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const written = (text: string | Uint8Array): string => {
  const path = join(folder, 'sheepfold.yaml')
  writeFileSync(path, text)
  return path
}

const load = (text: string | Uint8Array): LoadedConfig => readConfigFile(written(text), ENV)

const refusal = (text: string | Uint8Array): string => {
  try {
    load(text)
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replaceAll(join(folder, '/'), '')
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
  it('may change nothing: then all is as without one, and providers come from the environment', () => {
    const { config, server } = load('{}')
    expect({ config, server }).toEqual({ config: withoutFile(ENV).config, server: withoutFile(ENV).server })
    expect(config.deployments.map(({ apiKey }) => apiKey)).toContain('sk-openai')
    expect(config.retentionMs).toBe(DEFAULT_RETENTION_MS)
  })

  it('may have a section of which everything is commented out, but for the deployments', () => {
    expect(load('limits:\n  # items_max: 3\npresets:\n').config).toEqual(withoutFile(ENV).config)
    expect(refusal('deployments:\n')).toContain(':1:13: deployments: must be a list, got null')
  })

  it('may be YAML or JSON, and begin with a byte order mark', () => {
    const yaml = 'limits:\n  retention_days: 2 # short\n  body_mib_max: 3\n'
    const json = '{"limits": {"retention_days": 2, "body_mib_max": 3}}'
    for (const text of [yaml, json, `\ufeff${yaml}`]) {
      const { config } = load(text)
      expect(config.retentionMs).toBe(172_800_000)
      expect(config.intake.bodyBytesMax).toBe(3 * 1_048_576)
    }
  })

  it('brings deployments that replace those of the environment', () => {
    expect(
      load(deployments({ limits: { concurrency_max: 8, interactive_share: 0 } })).config.deployments,
    ).toEqual([
      {
        id: 'a',
        model: 'batch-4.1',
        provider: 'openai',
        outputTokensDefault: 4_096,
        providerModel: 'gpt-4.1',
        baseUrl: 'https://api.example/v1',
        apiKey: 'sk-acme',
        weight: 1,
        costBook: 'gpt-4.1',
        // The default start is above this maximum, and nobody asked for it.
        limits: {
          ...DEFAULT_DEPLOYMENT_LIMITS,
          concurrencyMax: 8,
          concurrencyInitial: 8,
          interactiveShare: 0,
        },
      },
    ])
  })

  it('names a provider once for all that is deployed there', () => {
    const { config, keyNames } = load(`
      providers:
        openai: { api_key_env: OPENAI_API_KEY }
        seoul: { base_url: "http://10.0.0.7:8000/v1", api_key_env: ACME_KEY }
      deployments:
        - { id: us, model: batch-4.1, provider: openai }
        - { id: kr, model: batch-4.1, provider: seoul, provider_model: tuned, weight: 0.5 }
        - { id: mini, model: gpt-4.1, provider: seoul }`)
    expect(
      config.deployments.map(({ id, baseUrl, apiKey, providerModel }) => [
        id,
        baseUrl,
        apiKey,
        providerModel,
      ]),
    ).toEqual([
      ['us', 'https://api.openai.com/v1', 'sk-openai', 'gpt-4.1'],
      ['kr', 'http://10.0.0.7:8000/v1', 'sk-acme', 'tuned'],
      ['mini', 'http://10.0.0.7:8000/v1', 'sk-acme', 'gpt-4.1'],
    ])
    expect(keyNames.get('kr')).toBe('ACME_KEY')
  })

  it('speaks to each maker in its own language, at its own address', () => {
    const { config } = load(`
      providers:
        claude: { protocol: anthropic, api_key_env: ACME_KEY }
        google: { protocol: gemini, api_key_env: ACME_KEY }
        deep: { protocol: deepseek, api_key_env: ACME_KEY }
        near: { protocol: deepseek, base_url: "https://near.example/deepseek/", api_key_env: ACME_KEY }
      deployments:
        - { id: a, model: batch-pro, provider: claude }
        - { id: b, model: batch-flash-3.5, provider: google }
        - { id: c, model: deepseek-v3.2, provider: deep }
        - { id: d, model: deepseek-v3.2, provider: near, limits: { total_seconds_max: 60 } }
        - { id: e, model: batch-pro, protocol: anthropic, api_key_env: ACME_KEY }
        - { id: f, model: batch-pro, protocol: compatible, base_url: "http://10.0.0.7:8000/v1", api_key_env: ACME_KEY }`)
    expect(config.deployments.map(({ provider, baseUrl }) => [provider, baseUrl])).toEqual([
      ['anthropic', 'https://api.anthropic.com/v1'],
      ['gemini', 'https://generativelanguage.googleapis.com/v1beta'],
      ['deepseek', 'https://api.deepseek.com'],
      ['deepseek', 'https://near.example/deepseek'],
      ['anthropic', 'https://api.anthropic.com/v1'],
      ['compatible', 'http://10.0.0.7:8000/v1'],
    ])
    expect(config.deployments.map(({ limits }) => limits.totalMsMax)).toEqual([
      600_000, 600_000, 1_800_000, 60_000, 600_000, 600_000,
    ])
  })

  it('takes nothing for what runs on a server of its own, unless a book says so', () => {
    const at = { protocol: 'compatible' }
    const { config } = load(deployments(at, { ...at, id: 'b', cost_book: 'gpt-4o' }))
    const costs = config.deployments.map(({ costBook }) => costAt(config.costBooks, costBook, 0)?.list.output)
    expect(costs).toEqual([0n, 10_000_000_000n])
  })

  it('brings models beside those that there are, at exact prices, quoted or not', () => {
    const { catalogue } = load(`
      models:
        house-model: { provider_model: llama, list_price: "0.30", batch_price: 0.000000001 }
        large: { provider_model: llama, list_price: 100000000.000000001, batch_price: 0.10 }
        by-kind:
          provider_model: llama
          list_price: { input: 2, cached_input: 0.5, output: 8.00 }
          batch_price: { input: 1, cache_write: 1.25, output: 4 }
        at-cost: { provider_model: llama, cost_factor_percent: 120 }`).config
    expect(catalogue.get('house-model')?.sell?.list.input).toBe(300_000_000n)
    expect(catalogue.get('house-model')?.sell?.batch.output).toBe(1n)
    expect(catalogue.get('large')?.sell?.list.input).toBe(100_000_000_000_000_001n)
    expect(catalogue.get('by-kind')?.sell).toEqual({
      list: {
        input: 2_000_000_000n,
        cachedInput: 500_000_000n,
        cacheWrite: 2_000_000_000n,
        output: 8_000_000_000n,
      },
      batch: {
        input: 1_000_000_000n,
        cachedInput: 1_000_000_000n,
        cacheWrite: 1_250_000_000n,
        output: 4_000_000_000n,
      },
    })
    expect(catalogue.get('at-cost')).toMatchObject({ costBook: 'llama', costFactorPercent: 120 })
    expect(catalogue.get('at-cost')).not.toHaveProperty('sell')
    expect(catalogue.has('batch-4.1')).toBe(true)
  })

  it('serves a model of its own from the environment, where it lists no deployments', () => {
    const { config } = load('models: { mine: { provider_model: gpt-4.1 } }')
    expect(config.deployments.find(({ model }) => model === 'mine')?.providerModel).toBe('gpt-4.1')
  })

  it('brings books of costs, also such that change with time', () => {
    const { costBooks } = load(`
      costs:
        llama: { list: { input: 0.1, output: 0.2 } }
        gpt-4.1:
          - { until: "2027-01-01T00:00:00Z", list: 2, batch: 1 }
          - { from: "2027-01-01T00:00:00Z", list: 1, batch: 0.5 }`).config
    expect(costBooks.get('llama')?.[0]?.batch.output).toBe(200_000_000n)
    expect(costBooks.get('gpt-4.1')?.map(({ from, until, batch }) => [from, until, batch.input])).toEqual([
      [undefined, Date.UTC(2027, 0, 1), 1_000_000_000n],
      [Date.UTC(2027, 0, 1), undefined, 500_000_000n],
    ])
    expect(costBooks.has('gpt-4o')).toBe(true)
  })

  it('brings costs that depend on the hour, on the length of a request and on how long a cache keeps it', () => {
    const { costBooks } = load(`
      costs:
        night-owl:
          - hours:
              utc_offset_minutes: 540
              weekdays: [1, 2, 3, 4, 5]
              except: ["2026-12-25"]
              spans: [{ from: "09:00", until: "18:00" }]
            list: 2
          - list:
              input: 1
              cache_write: 1.25
              cache_write_1h: 2
              output: 3
              long_input: { above_tokens: 200000, input: 4, output: 5 }`).config
    const at = (written: string) => costAt(costBooks, 'night-owl', Date.parse(written))?.list
    expect(at('2026-12-24T01:00:00Z')?.input).toBe(2_000_000_000n)
    expect(at('2026-12-25T01:00:00Z')).toMatchObject({
      input: 1_000_000_000n,
      cacheWrite1h: 2_000_000_000n,
      longInput: { aboveTokens: 200_000, prices: { input: 4_000_000_000n, cachedInput: 4_000_000_000n } },
    })
  })

  it('sends the schema of a preset as the format of its answers', () => {
    const { presets } = load(`
      presets:
        invoice:
          system: Read the invoice.
          options: { temperature: 0 }
          answer_schema: { type: object, properties: { total: { type: number } } }
          answer_schema_strict: false`).config
    const schema = { type: 'object', properties: { total: { type: 'number' } } }
    expect(presets.invoice?.options).toEqual({
      temperature: 0,
      response_format: { type: 'json_schema', json_schema: { name: 'invoice', strict: false, schema } },
    })
    expect(presets).toHaveProperty('classification')
  })

  it('says where the server runs; its folder is beside the file', () => {
    const path = written(
      'server: { host: 0.0.0.0, port: 80, data: state, drain_seconds: 60, log_level: info }',
    )
    expect(readConfigWithoutKeys(path, {}).server).toEqual({
      host: '0.0.0.0',
      port: 80,
      dataDir: join(folder, 'state'),
      drainSeconds: 60,
    })
    expect(readConfigFile(path, ENV).config.logLevel).toBe('info')
  })

  it('may share values by anchors', () => {
    const text = `
      deployments:
        - { id: a, model: batch-4.1, api_key_env: ACME_KEY, limits: &few { concurrency_max: 3 } }
        - { id: b, model: batch-4.1, api_key_env: ACME_KEY, limits: *few }`
    expect(load(text).config.deployments.map(({ limits }) => limits.concurrencyMax)).toEqual([3, 3])
  })
})

describe('a file that is refused', () => {
  it('has every fault named at once, by place, path and what is allowed', () => {
    const text = `limits: { items_max: 0, retenion_days: 3 }
deploymnets: []
providers:
  acme: { base_url: "https://api.example/v1", api_key_env: ACME_KEY }
deployments:
  - { id: a, model: bacth-4.1, provider: acme }
  - id: a
    model: batch-4.1
    provider: acne
    weight: heavy
  - { id: a, model: batch-4.1, provider: acme, api_key_env: NO_KEY }
models:
  mine: { provider_model: llama, list_price: 1e-7 }
`
    expect(refusal(text).split('\n')).toEqual([
      'sheepfold.yaml is not a valid configuration:',
      '  sheepfold.yaml:1:22: limits.items_max: must be at least 1, got 0',
      expect.stringMatching(
        /^ {2}sheepfold\.yaml:1:25: limits\.retenion_days: does not exist\. Did you mean "retention_days"\? There are items_max, /,
      ),
      expect.stringMatching(
        /^ {2}sheepfold\.yaml:2:1: deploymnets: does not exist\. Did you mean "deployments"\? There are server, /,
      ),
      expect.stringMatching(
        /^ {2}sheepfold\.yaml:6:21: deployments\[0\]\.model: there is no model "bacth-4\.1"\. Did you mean "batch-4\.1"\?/,
      ),
      expect.stringMatching(
        /^ {2}sheepfold\.yaml:10:13: deployments\[1\]\.weight: must be a number, got "heavy"/,
      ),
      expect.stringMatching(/^ {2}sheepfold\.yaml:11:11: deployments\[2\]\.id: must be another one/),
      expect.stringMatching(
        /^ {2}sheepfold\.yaml:11:61: deployments\[2\]\.api_key_env: give either provider, or/,
      ),
      expect.stringMatching(
        /^ {2}sheepfold\.yaml:11:61: deployments\[2\]\.api_key_env: the environment variable NO_KEY/,
      ),
      expect.stringMatching(
        /^ {2}sheepfold\.yaml:13:46: models\.mine\.list_price: must be an amount in USD such as 2\.00/,
      ),
    ])
  })

  it('never shows what stands where a key does not belong', () => {
    const key = 'sk-proj-123'
    for (const text of [
      deployments({ api_key_env: key }),
      deployments({ api_key: key }),
      deployments({ base_url: `https://user:${key}@api.example/v1` }),
    ]) {
      expect(refusal(text)).not.toContain(key)
    }
  })

  it.each<[string, text: string | Uint8Array, ...expected: string[]]>([
    ['nothing', '', 'sheepfold.yaml:1:1: is empty', 'config init'],
    ['comments alone', '# limits:\n', 'is empty'],
    ['YAML that does not parse', 'models: [', ':1:10: is no YAML'],
    ['a tag that does not exist', 'limits: !!binary aGk=', ':1:18: has the tag'],
    ['a member given twice', 'limits: {}\nmodels: {}\nlimits: {}', ':3:1: is given twice'],
    ['two documents', '{}\n---\n{}', 'is no YAML'],
    ['a list', '- 1', ':1:1: must be a map of names and values, got a list of 1'],
    ['other bytes than UTF-8', Uint8Array.of(0x61, 0x3a, 0x0a, 0xff, 0xfe), ':2:1: is not UTF-8'],
    ['UTF-16', Buffer.from('\ufefflimits: {}', 'utf16le'), 'is not UTF-8'],
    [
      'an anchor that contains itself',
      'presets: { a: { options: &x { y: *x } } }',
      ':1:34',
      'contains itself',
    ],
    ['an anchor that is not there', 'limits: *none', ':1:9: uses anchors'],
    [
      'a number as text',
      '{"limits": {"items_max": "5"}}',
      'limits.items_max: must be a whole number, got "5"',
    ],
    [
      'a limit beyond the largest',
      '{"limits": {"items_max": 1000001}}',
      'must be at most 1000000, got 1000001',
    ],
    ['no finite number', 'limits: {retention_days: .inf}', 'limits.retention_days'],
    [
      'windows that cross',
      'limits: {window_seconds_min: 600, window_seconds_max: 60}',
      'limits.window_seconds_min',
    ],
    [
      'an unknown maker',
      'models: {m: {provider_model: x, maker: opnai}}',
      'models.m.maker',
      'openai, anthropic',
      'Did you mean "openai"?',
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
    [
      'a kind of tokens that does not exist',
      'costs: {x: {list: {input: 1, output: 1, cache: 1}}}',
      'costs.x.list.cache',
      'cached_input',
    ],
    ['a kind of tokens without a price', 'costs: {x: {list: {input: 1}}}', 'costs.x.list.output', '2.00'],
    ['half a price', 'models: {m: {provider_model: x, list_price: 1}}', 'models.m', 'or neither'],
    [
      'a book that does not exist',
      'models: {m: {provider_model: x, cost_book: gpt-41}}',
      'models.m.cost_book',
      'Did you mean "gpt-4.1"?',
    ],
    ['a time that is none', 'costs: {x: {from: soon, list: 1}}', 'costs.x.from', '2027-01-01T00:00:00Z'],
    [
      'costs at the same time',
      'costs: {x: [{list: 1}, {list: 2}]}',
      'costs.x[1]',
      'at the same time as entry 0',
    ],
    [
      'costs that end before they begin',
      'costs: {x: {from: "2027-01-01T00:00:00Z", until: "2026-01-01T00:00:00Z", list: 1}}',
      'costs.x',
      'before it ends',
    ],
    ['a model without a name', 'models: {"": {provider_model: x}}', 'models.""', 'at least one character'],
    ['a preset with a bad name', 'presets: {"A b": {}}', 'presets."A b"', 'a-z 0-9 _'],
    [
      'an option that does not exist',
      'presets: {p: {options: {temprature: 1}}}',
      'presets.p.options.temprature',
      'temperature',
    ],
    [
      'an option out of range',
      'presets: {p: {options: {temperature: 3}}}',
      'presets.p.options.temperature',
      'from 0 to 2',
    ],
    [
      'a schema that is no object',
      'presets: {p: {answer_schema: {type: array}}}',
      'presets.p.answer_schema',
      'type: object',
    ],
    [
      'a model that cannot be sold',
      `{"models": {"m": {"provider_model": "x"}}, ${deployments({ model: 'm' }).slice(1)}`,
      'models.m',
      'cannot be sold',
    ],
    ['a deployment of an unknown model', deployments({ model: 'x' }), 'deployments[0].model', 'batch-4.1, '],
    ['a key that is not set', deployments({ api_key_env: 'NO_KEY' }), 'NO_KEY', 'not set'],
    ['a key in the file', deployments({ api_key: 'sk' }), 'deployments[0].api_key', 'api_key_env'],
    [
      'no key at all',
      'deployments: [{id: a, model: batch-4.1}]',
      'deployments[0]',
      'give either provider, or api_key_env',
    ],
    [
      'another scheme',
      deployments({ base_url: 'ftp://x' }),
      'deployments[0].base_url',
      'http:// or https://',
    ],
    ['an id with a space', deployments({ id: 'a b' }), 'deployments[0].id', 'A-Z a-z 0-9 _ . / -'],
    [
      'a protocol that we do not speak',
      deployments({ protocol: 'opena' }),
      'deployments[0].protocol',
      'openai',
    ],
    [
      'a compatible server without an address',
      'deployments:\n  - { id: a, model: batch-4.1, api_key_env: ACME_KEY, protocol: compatible }',
      ':2:65: deployments[0].protocol: needs base_url',
    ],
    [
      'a provider without an address',
      'providers: { own: { protocol: compatible, api_key_env: ACME_KEY } }',
      ':1:31: providers.own.protocol: needs base_url',
    ],
    [
      'a provider that is not there',
      'deployments: [{id: a, model: batch-4.1, provider: x}]',
      'deployments[0].provider',
      'there is none yet',
    ],
    ['a weight below zero', deployments({ weight: -1 }), 'deployments[0].weight', 'at least 0'],
    [
      'a share for interactive calls that leaves batches nothing',
      deployments({ limits: { interactive_share: 1 } }),
      'deployments[0].limits.interactive_share',
      'at most 0.9',
    ],
    [
      'a start above the largest concurrency: it is not clamped in silence',
      deployments({ limits: { concurrency_max: 5, concurrency_initial: 9 } }),
      'deployments[0].limits.concurrency_initial',
      'at most concurrency_max, which is 5',
    ],
    [
      'a start above the default largest',
      deployments({ limits: { concurrency_initial: DEFAULT_DEPLOYMENT_LIMITS.concurrencyMax + 1 } }),
      'deployments[0].limits.concurrency_initial',
      `which is ${DEFAULT_DEPLOYMENT_LIMITS.concurrencyMax}`,
    ],
  ])('is refused for %s', (_what, text, ...expected) => {
    const message = refusal(text)
    for (const each of expected) expect(message).toContain(each)
  })

  it('is refused for a bomb of anchors, without being unfolded', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const inner = level === 0 ? 'x' : `*a${level - 1}`
      return `    a${level}: &a${level} [${Array.from({ length: 9 }, () => inner).join(', ')}]`
    })
    expect(refusal(`presets:\n  p:\n   options:\n${levels.join('\n')}`)).toContain('anchors')
  })
})

describe('without a file', () => {
  const makers = (env: Record<string, string>): Array<readonly string[]> => {
    const { config, keyNames } = withoutFile(env)
    const told = config.deployments.map(({ id, provider, baseUrl, apiKey }) =>
      [provider, id.split('/')[0] ?? '', baseUrl, apiKey, keyNames.get(id) ?? ''].join(' '),
    )
    return [...new Set(told)].sort().map((each) => each.split(' '))
  }

  it('a maker whose key is in the environment serves its models, and no other does', () => {
    expect(makers({})).toEqual([])
    expect(makers({ DEEPSEEK_API_KEY: 'sk-d' })).toEqual([
      ['deepseek', 'deepseek', 'https://api.deepseek.com', 'sk-d', 'DEEPSEEK_API_KEY'],
    ])
    const keys = {
      OPENAI_API_KEY: 'sk-o',
      ANTHROPIC_API_KEY: 'sk-a',
      GEMINI_API_KEY: 'sk-g',
      DEEPSEEK_API_KEY: 'sk-d',
    }
    const served = withoutFile(keys).config
    expect(new Set(served.deployments.map(({ model }) => model))).toEqual(new Set(served.catalogue.keys()))
  })

  it('addresses are given as the client libraries of the makers take them, the version within or not', () => {
    expect(
      makers({
        OPENAI_API_KEY: 'sk-o',
        OPENAI_BASE_URL: 'http://127.0.0.1:1/v1/',
        ANTHROPIC_API_KEY: 'sk-a',
        ANTHROPIC_BASE_URL: 'http://127.0.0.1:2/',
        GEMINI_API_KEY: 'sk-g',
        GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:3',
        DEEPSEEK_API_KEY: 'sk-d',
        DEEPSEEK_BASE_URL: 'http://127.0.0.1:4/',
      }),
    ).toEqual([
      ['anthropic', 'anthropic', 'http://127.0.0.1:2/v1', 'sk-a', 'ANTHROPIC_API_KEY'],
      ['deepseek', 'deepseek', 'http://127.0.0.1:4', 'sk-d', 'DEEPSEEK_API_KEY'],
      ['gemini', 'gemini', 'http://127.0.0.1:3/v1beta', 'sk-g', 'GEMINI_API_KEY'],
      ['openai', 'openai', 'http://127.0.0.1:1/v1', 'sk-o', 'OPENAI_API_KEY'],
    ])
  })
})

describe('what is shown of a configuration', () => {
  const text = `
    server: { data: state, port: 0 }
    providers: { acme: { base_url: "https://api.example/v1", api_key_env: ACME_KEY } }
    deployments: [{ id: a, model: mine, provider: acme, limits: { tokens_per_minute: 10 } }]
    models: { mine: { provider_model: llama, list_price: { input: 2, output: 8 }, batch_price: 0.000000001 } }
    costs: { llama: [{ until: "2027-01-01T00:00:00Z", list: 2 }] }
    presets: { invoice: { answer_schema: { type: object } } }
    limits: { retention_days: 0.00002, files: { lines_max: 7 } }`

  it('means the same, written to a file, and has no key in it', () => {
    const { config, server, keyNames } = load(text)
    const shown = shownYaml(readConfigWithoutKeys(written(text), ENV))
    expect(shown).not.toContain('sk-acme')
    expect(load(shown)).toEqual({ config, server, keyNames })
  })

  it('asks for no key', () => {
    expect(JSON.stringify(shownConfig(readConfigWithoutKeys(written(text), {})))).toContain(
      '"api_key_env":"ACME_KEY"',
    )
  })
})
