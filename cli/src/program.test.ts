import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { exitCodes, exitCodesHelp } from './exit-codes.ts'
import { buildProgram } from './program.ts'

const called = vi.fn()

vi.mock('./serve.ts', () => ({ serve: (...args: unknown[]) => called('serve', ...args) }))
vi.mock('./audit.ts', () => ({
  audit: async (...args: unknown[]) => {
    called('audit', ...args)
    return 2
  },
}))
vi.mock('./run/run.ts', () => ({
  run: async (...args: unknown[]) => {
    called('run', ...args)
    return 6
  },
}))
vi.mock('./batches/list-batches.ts', () => ({ listBatches: (...args: unknown[]) => called('list', ...args) }))
vi.mock('./files/files.ts', () => ({ uploadFile: (...args: unknown[]) => called('upload', ...args) }))
vi.mock('./webhooks/webhooks.ts', () => ({
  addWebhook: (...args: unknown[]) => called('add', ...args),
  setWebhook: (...args: unknown[]) => called('set', ...args),
}))
vi.mock('./keys.ts', () => ({
  createKey: (...args: unknown[]) => called('create', ...args),
  listKeys: (...args: unknown[]) => called('list', ...args),
  revokeKey: (...args: unknown[]) => called('revoke', ...args),
}))

beforeEach(() => {
  vi.stubEnv('SHEEPFOLD_DATA', undefined)
  vi.stubEnv('SHEEPFOLD_BASE_URL', undefined)
})
afterEach(() => {
  called.mockReset()
  vi.unstubAllEnvs()
  process.exitCode = undefined
})

const quiet = { writeErr: () => {}, writeOut: () => {} }

const parse = async (line: string) => {
  const program = buildProgram().exitOverride().configureOutput(quiet)
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) {
    command.exitOverride().configureOutput(quiet)
  }
  await program.parseAsync(line.split(' '), { from: 'user' })
  return called.mock.calls[0]
}

describe('the table of commands', () => {
  it('leaves to the configuration what no flag says', async () => {
    expect(await parse('serve')).toEqual(['serve', { role: 'all' }])
  })

  it('serves without the file of the current folder where it is told so', async () => {
    expect(await parse('serve --no-config')).toEqual(['serve', { config: false, role: 'all' }])
  })

  it('serves as it is told', async () => {
    vi.stubEnv('SHEEPFOLD_DATA', '/from/environment')
    const line = 'serve --config c.json --host 0.0.0.0 --port 0 --role worker --drain 600 --simulate'
    expect(await parse(line)).toEqual([
      'serve',
      {
        config: 'c.json',
        data: '/from/environment',
        host: '0.0.0.0',
        port: 0,
        role: 'worker',
        drain: 600,
        simulate: true,
      },
    ])
  })

  it('makes, lists and revokes keys', async () => {
    const line = 'keys create --name n --models a,b --expires 2027-01-31 --account x --data d --json'
    expect(await parse(line)).toEqual([
      'create',
      { name: 'n', models: ['a', 'b'], expires: new Date('2027-01-31'), account: 'x', data: 'd', json: true },
    ])
    called.mockReset()
    expect(await parse('keys create --operator')).toEqual(['create', { operator: true }])
    called.mockReset()
    const limits = '--requests-per-minute 60 --tokens-per-minute 100000 --spend-limit 12.5'
    expect(await parse(`keys create ${limits}`)).toEqual([
      'create',
      { requestsPerMinute: 60, tokensPerMinute: 100_000, spendLimit: 12_500_000_000n },
    ])
    called.mockReset()
    expect(await parse('keys list')).toEqual(['list', {}])
    called.mockReset()
    expect((await parse('keys revoke key_1'))?.slice(0, 3)).toEqual(['revoke', 'key_1', {}])
  })

  it('runs with defaults, and as it is told', async () => {
    const standard = { model: 'm', api: 'auto', baseUrl: 'http://127.0.0.1:8787', parallel: 4 }
    expect(await parse('run in.jsonl --model m')).toEqual(['run', 'in.jsonl', standard])
    expect(process.exitCode).toBe(6)
    called.mockReset()
    const input = '--format csv --delimiter tab --encoding euc-kr'
    const care =
      '--sample 20 --seed 7 --yes --max-cost 5.00 --max-error-share 0.2 --input-price 1 --output-price 2'
    const line = `run - --model m ${input} ${care} --api openai --out o.csv --join=a,b --timeout 30m --chunk 5`
    expect(await parse(line)).toEqual([
      'run',
      '-',
      {
        ...standard,
        format: 'csv',
        delimiter: '\t',
        encoding: 'euc-kr',
        sample: 20,
        seed: 7,
        yes: true,
        maxCost: 5_000_000_000n,
        maxErrorShare: 0.2,
        inputPrice: 1_000_000_000n,
        outputPrice: 2_000_000_000n,
        api: 'openai',
        out: 'o.csv',
        join: ['a', 'b'],
        timeout: 1_800_000,
        chunk: 5,
      },
    ])
    called.mockReset()
    expect((await parse('run in.jsonl --model m --join'))?.[2]).toMatchObject({ join: true })
  })

  it('says every exit code in its help', () => {
    for (const code of Object.values(exitCodes)) expect(exitCodesHelp).toContain(`\n  ${code}  `)
  })

  it('asks servers for batches and files', async () => {
    vi.stubEnv('SHEEPFOLD_BASE_URL', 'http://there/v1')
    expect(await parse('batches list --api-key k --after b --json')).toEqual([
      'list',
      { baseUrl: 'http://there/v1', apiKey: 'k', limit: 20, after: 'b', json: true },
    ])
    called.mockReset()
    expect((await parse('files upload in.jsonl'))?.slice(0, 3)).toEqual([
      'upload',
      'in.jsonl',
      { baseUrl: 'http://there/v1', purpose: 'batch' },
    ])
  })

  it('asks servers for webhooks', async () => {
    const line = 'webhooks add https://h.test --events failed --format slack --base-url http://there'
    expect((await parse(line))?.slice(0, 3)).toEqual([
      'add',
      'https://h.test',
      { baseUrl: 'http://there', events: ['batch.failed'], format: 'slack' },
    ])
    called.mockReset()
    expect((await parse('webhooks enable webhook_1'))?.slice(0, 3)).toEqual([
      'set',
      'webhook_1',
      { enabled: true },
    ])
  })

  it('ends with the code of the audit', async () => {
    expect(await parse('audit --json')).toEqual(['audit', { json: true }])
    expect(process.exitCode).toBe(2)
  })

  it.each([
    'serve --port 70000',
    'serve --role boss',
    'serve --drain -1',
    'serve --unknown',
    'webhooks add https://h.test --events done',
    'webhooks add https://h.test --format teams',
    'webhooks replay webhook_1',
    'run',
    'run x',
    'run x --model m --prompt p --field f',
    'run x --model m --dry-run --sample 5',
    'run x --model m --max-error-share 2',
    'run x --model m --format xlsx',
  ])('refuses %s', async (line) => {
    await expect(parse(line)).rejects.toMatchObject({ exitCode: 1 })
    expect(called).not.toHaveBeenCalled()
  })
})
