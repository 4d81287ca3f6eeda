import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CommandEnd, sheepfoldIn } from '../support/command.ts'
import { call } from '../support/http.ts'
import { startServe } from '../support/serve.ts'
import { type TempDir, tempDir } from '../support/temp-dir.ts'

let folder: TempDir
beforeAll(() => {
  folder = tempDir()
})
afterAll(() => folder[Symbol.dispose]())

/** In the folder of the test, with these variables. */
const within = (...variables: readonly string[]): string[] => ['env', '-C', folder.path, ...variables]

const config = (...args: readonly string[]): Promise<CommandEnd> => sheepfoldIn(within(), 'config', ...args)

const file = (): string => join(folder.path, 'sheepfold.yaml')

describe('sheepfold config', () => {
  test('writes a file to start from, once, and its schema for editors', async () => {
    expect(await config('init')).toMatchObject({ code: 0, stderr: '' })
    const text = readFileSync(file(), 'utf8')
    expect(text).toMatch(/^# yaml-language-server: \$schema=sheepfold\.schema\.json\n/)
    const schema = readFileSync(join(folder.path, 'sheepfold.schema.json'), 'utf8')
    expect((await config('schema')).stdout).toBe(schema)

    writeFileSync(file(), 'limits: {}\n')
    const again = await config('init')
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('sheepfold.yaml is there already; --force overwrites it')
    expect(readFileSync(file(), 'utf8')).toBe('limits: {}\n')
    expect((await config('init', '--force')).code).toBe(0)
    expect(readFileSync(file(), 'utf8')).toBe(text)
  })

  test('checks it, and ends with 1 for what is wrong', async () => {
    const unset = await config('check')
    expect(unset.code).toBe(1)
    expect(unset.stderr).toMatch(
      /sheepfold\.yaml:\d+:\d+: providers\.openai\.api_key_env: .*OPENAI_API_KEY is not set/,
    )
    expect((await config('check', '--no-keys')).code).toBe(0)
    const set = await sheepfoldIn(within('OPENAI_API_KEY=sk-secret'), 'config', 'check', 'sheepfold.yaml')
    expect(set).toMatchObject({ code: 0, stderr: '' })
    expect(set.stdout).toContain('batch-4.1')

    writeFileSync(join(folder.path, 'bad.yaml'), 'limits: { itmes_max: 1, body_mib_max: 0 }\n')
    const bad = await config('check', 'bad.yaml')
    expect(bad).toMatchObject({ code: 1, stdout: '' })
    expect(bad.stderr.match(/^ {2}bad\.yaml:1:\d+: limits\./gm)).toHaveLength(2)
    expect((await config('check', 'none.yaml')).stderr).toContain('cannot read the configuration none.yaml')
  })

  test('shows what holds, never a key, and what it shows means the same', async () => {
    const show = (...args: readonly string[]): Promise<CommandEnd> =>
      sheepfoldIn(within('OPENAI_API_KEY=sk-secret'), 'config', 'show', ...args)
    const { code, stdout, stderr } = await show()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toContain('sk-secret')
    expect(stdout).toContain('api_key_env: OPENAI_API_KEY')
    expect(stdout).toContain('concurrency_max: 1000')
    writeFileSync(join(folder.path, 'shown.yaml'), stdout)
    expect((await show('shown.yaml', '--json')).stdout).toBe((await show('--json')).stdout)
  })
})

test('the file of the current folder is used by serve, which says so, and by keys beside it', async () => {
  writeFileSync(file(), 'server: { data: state }\nlimits: { items_max: 7 }\n')
  const dataDir = join(folder.path, 'state')
  const serve = await startServe({ dataDir, wrap: within(), args: ['--simulate'] })
  try {
    expect(serve.stdout()).toContain('Configuration: sheepfold.yaml\n')
    const made = await sheepfoldIn(within(), 'keys', 'create', '--json')
    expect(existsSync(join(folder.path, '.sheepfold'))).toBe(false)
    const { key } = JSON.parse(made.stdout)
    const tasks = Array.from({ length: 8 }, (_, index) => ({ custom_id: `${index}`, prompt: 'x' }))
    const answer = await call(`${serve.url}/v1/batches`, { key, body: { model: 'batch-4.1', tasks } })
    expect(answer.json).toMatchObject({ max_allowed: 7, received: 8 })
  } finally {
    await serve.stop()
  }
})
