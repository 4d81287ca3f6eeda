import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { buildProgram } from './program.ts'

const called = vi.fn()

vi.mock('./serve.ts', () => ({ serve: (...args: unknown[]) => called('serve', ...args) }))
vi.mock('./audit.ts', () => ({
  audit: async (...args: unknown[]) => {
    called('audit', ...args)
    return 2
  },
}))
vi.mock('./keys.ts', () => ({
  createKey: (...args: unknown[]) => called('create', ...args),
  listKeys: (...args: unknown[]) => called('list', ...args),
  revokeKey: (...args: unknown[]) => called('revoke', ...args),
}))

beforeEach(() => vi.stubEnv('SHEEPFOLD_DATA', undefined))
afterEach(() => {
  called.mockReset()
  vi.unstubAllEnvs()
  process.exitCode = undefined
})

const quiet = { writeErr: () => {}, writeOut: () => {} }

const parse = async (line: string) => {
  const program = buildProgram().exitOverride().configureOutput(quiet)
  for (const command of program.commands) command.exitOverride().configureOutput(quiet)
  await program.parseAsync(line.split(' '), { from: 'user' })
  return called.mock.calls[0]
}

describe('the table of commands', () => {
  it('serves with defaults that scripts rely on', async () => {
    expect(await parse('serve')).toEqual([
      'serve',
      { data: '.sheepfold', host: '127.0.0.1', port: 8787, role: 'all', drain: 10 },
    ])
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
    expect(await parse('keys list')).toEqual(['list', { data: '.sheepfold' }])
    called.mockReset()
    expect((await parse('keys revoke key_1'))?.slice(0, 3)).toEqual([
      'revoke',
      'key_1',
      { data: '.sheepfold' },
    ])
  })

  it('ends with the code of the audit', async () => {
    expect(await parse('audit --json')).toEqual(['audit', { data: '.sheepfold', json: true }])
    expect(process.exitCode).toBe(2)
  })

  it.each(['serve --port 70000', 'serve --role boss', 'serve --drain -1', 'serve --unknown', 'run'])(
    'refuses %s',
    async (line) => {
      await expect(parse(line)).rejects.toMatchObject({ exitCode: 1 })
      expect(called).not.toHaveBeenCalled()
    },
  )
})
