import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startCommand } from '../../cli/src/testing/run-command.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { type TempDir, tempDir } from '../support/temp-dir.ts'
import { until } from '../support/wait.ts'

/** `sheepfold run` as people start it, against a real gateway. */

let folder: TempDir
let input: string
let output: string

beforeEach(() => {
  folder = tempDir()
  input = join(folder.path, 'jobs.jsonl')
  output = join(folder.path, 'jobs.results.jsonl')
})

afterEach(() => folder[Symbol.dispose]())

const ids = (count: number) => Array.from({ length: count }, (_, n) => `doc-${n}`)

const writeInput = (records: readonly object[]) =>
  writeFileSync(input, records.map((record) => `${JSON.stringify(record)}\n`).join(''))

const documents = (count: number) => ids(count).map((id) => ({ id, text: `the text of ${id}` }))

const start = (server: TestGateway, ...args: string[]) =>
  startCommand(['run', input, '--model', 'batch-4.1', '--base-url', server.url, ...args], {
    env: { HOLYSHEEP_API_KEY: server.key },
  })

interface Line {
  readonly custom_id: string
  readonly status: string
  readonly output: string | null
  readonly error: { readonly code: string } | null
}

const results = (): Line[] =>
  readFileSync(output, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line))

const checkpoint = (): unknown => JSON.parse(readFileSync(`${output}.checkpoint.json`, 'utf8'))

describe('a run against a real gateway', () => {
  let simulator: SimulatorServer
  let server: TestGateway

  beforeAll(async () => {
    simulator = await startSimulator({
      defaults: { firstByteMs: 100, firstByteSpreadMs: 50, contextTokens: 2_000 },
    })
    server = await openGateway({ provider: simulator.url })
  })

  afterAll(async () => {
    await server.stop()
    await simulator.close()
  })

  const answerTo = (prompt: string) =>
    simulator.simulator.expectedAnswer({ model: 'gpt-4.1', messages: [{ role: 'user', content: prompt }] })

  it('killed again and again sends nothing twice, and ends with every result in input order', async () => {
    const count = 1_200
    writeInput(documents(count))
    const before = { batches: await server.count('batch'), ...simulator.simulator.stats() }
    const chunks = count / 100
    // At the very moment when a batch is there, and its id perhaps not yet in the log of the run.
    for (const killAt of [1, 4, 7, 10]) {
      const run = start(server, '--chunk', '100', '--parallel', '2')
      await until(`batch ${killAt}`, async () => (await server.count('batch')) - before.batches >= killAt)
      run.child.kill('SIGKILL')
      expect(await run.ended).toMatchObject({ signal: 'SIGKILL' })
      expect(existsSync(output)).toBe(false)
    }
    const end = await start(server, '--chunk', '100', '--parallel', '2').ended
    expect(end).toMatchObject({ code: 0 })

    expect((await server.count('batch')) - before.batches).toBe(chunks)
    const { received, distinct, repeated } = simulator.simulator.stats()
    expect(received - before.received).toBe(count)
    expect(distinct - before.distinct).toBe(count)
    expect(repeated - before.repeated).toBe(0)

    expect(results().map((line) => line.custom_id)).toEqual(ids(count))
    for (const line of results()) {
      expect(line).toMatchObject({ status: 'succeeded', error: null })
      expect(line.output).toBe(answerTo(`the text of ${line.custom_id}`))
    }
    expect(checkpoint()).toEqual({
      processed_ids: expect.arrayContaining(ids(count)),
      last_updated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/),
    })
  })

  it('that is started again once it is done sends nothing', async () => {
    writeInput(documents(20))
    expect(await start(server).ended).toMatchObject({ code: 0 })
    const written = readFileSync(output, 'utf8')
    const { received } = simulator.simulator.stats()
    expect(await start(server).ended).toMatchObject({ code: 0 })
    expect(simulator.simulator.stats().received).toBe(received)
    expect(readFileSync(output, 'utf8')).toBe(written)
  })

  it('with requests that fail ends with 2, and the next run sends those alone', async () => {
    const long = { id: 'long', text: 'too long '.repeat(3_000) }
    writeInput([...documents(5), long])
    expect(await start(server).ended).toMatchObject({ code: 2 })
    expect(results().map((line) => [line.custom_id, line.status])).toEqual([
      ...ids(5).map((id) => [id, 'succeeded']),
      ['long', 'failed'],
    ])
    expect(checkpoint()).toMatchObject({ processed_ids: ids(5) })
    const { received } = simulator.simulator.stats()
    expect(await start(server).ended).toMatchObject({ code: 2 })
    expect(simulator.simulator.stats().received - received).toBe(1)
  })

  it('with a prompt, a system and a preset sends them', async () => {
    writeInput([{ id: 'a', title: 'Titel' }])
    const end = await start(server, '--prompt', 'About {title}', '--system', 'Brief.', '--json').ended
    expect(end).toMatchObject({ code: 0 })
    const chat = {
      model: 'gpt-4.1',
      messages: [
        { role: 'system', content: 'Brief.' },
        { role: 'user', content: 'About Titel' },
      ],
    }
    expect(results()[0]?.output).toBe(simulator.simulator.expectedAnswer(chat))
    expect(JSON.parse(end.stdout)).toMatchObject({ exit_code: 0, output })
  })

  it.each([
    ['a bad line', 1, ['--chunk', '5'], 'bad line'],
    ['an unknown preset', 1, ['--task', 'poetry'], 'document_analysis'],
    ['a bad key', 3, ['--api-key', 'sk-holysheep-wrong'], 'Invalid or expired API key'],
  ])('with %s ends with %d and sends nothing', async (name, code, args, words) => {
    writeInput(documents(3))
    if (name === 'a bad line') writeFileSync(input, 'no JSON\n', { flag: 'a' })
    const before = await server.count('batch')
    const end = await start(server, ...args).ended
    expect(end).toMatchObject({ code })
    expect(end.stderr).toContain(words)
    expect(await server.count('batch')).toBe(before)
  })
})

describe('a run whose answers do not come', () => {
  let provider: FakeProvider
  let server: TestGateway

  beforeAll(async () => {
    provider = await startFakeProvider()
    server = await openGateway({ provider: provider.url })
  })

  afterAll(async () => {
    await server.stop()
    await provider.close()
  })

  it.each(['timeout', 'SIGTERM'])('ends with 4, and the next one picks its batches up: %s', async (how) => {
    provider.hold()
    provider.received.length = 0
    const before = await server.count('batch')
    writeInput(documents(8))
    const run = start(server, '--chunk', '4', '--timeout', how === 'timeout' ? '1s' : '1h')
    await provider.waiting(8)
    await until('both ids in its log', () => {
      const log = `${output}.checkpoint.json.chunks`
      return existsSync(log) && readFileSync(log, 'utf8').split('"created"').length === 3
    })
    if (how === 'SIGTERM') run.child.kill('SIGTERM')
    expect(await run.ended).toMatchObject({ code: 4 })
    provider.open()
    expect(await start(server, '--chunk', '4').ended).toMatchObject({ code: 0 })
    expect(results().map((line) => line.custom_id)).toEqual(ids(8))
    expect((await server.count('batch')) - before).toBe(2)
    expect(provider.received).toHaveLength(8)
  })
})

describe('the demo', () => {
  it('ends with 0 and leaves its results', async () => {
    const out = join(folder.path, 'out')
    const end = await startCommand(['demo', '--out', out], { cwd: folder.path }).ended
    expect(end).toMatchObject({ code: 0 })
    for (const [file, count] of [
      ['documents.results.jsonl', 1_000],
      ['reviews-ko.results.jsonl', 5_000],
    ] as const) {
      const lines = readFileSync(join(out, file), 'utf8').trimEnd().split('\n')
      expect(lines).toHaveLength(count)
      const entries = lines.map((line): Line => JSON.parse(line))
      expect(new Set(entries.map((entry) => entry.custom_id)).size).toBe(count)
      expect(entries.filter((entry) => entry.status !== 'succeeded')).toEqual([])
    }
    expect(end.stdout).toMatch(/success rate +100\.00 % +100\.00 % +100\.00 %/)
    expect(end.stdout).toContain('What to type next')
  })
})
