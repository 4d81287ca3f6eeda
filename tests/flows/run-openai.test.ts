import { type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startCommand } from '../../cli/src/testing/run-command.ts'
import { createRunFolder, documentsOf, idsFrom, type RunFolder } from '../../cli/src/testing/run-folder.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { until } from '../support/wait.ts'

/** `sheepfold run --api openai` against a real gateway: files up, batches of them, files down. */

const output = 'jobs.results.jsonl'

let simulator: SimulatorServer
let server: TestGateway
let folder: RunFolder

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

beforeEach(() => {
  folder = createRunFolder()
})

afterEach(() => folder.remove())

const start = (...args: string[]) =>
  startCommand(
    [
      ...['run', folder.file('jobs.jsonl'), '--model', 'batch-4.1', '--api', 'openai'],
      ...['--base-url', `${server.url}/v1/`, ...args],
    ],
    { env: { HOLYSHEEP_API_KEY: server.key } },
  )

const answerTo = (prompt: string) =>
  simulator.simulator.expectedAnswer({ model: 'gpt-4.1', messages: [{ role: 'user', content: prompt }] })

describe("a run in OpenAI's dialect against a real gateway", () => {
  it('gets every answer, in input order, and knows what it cost', async () => {
    const ids = idsFrom(0, 1_500)
    folder.writeRecords('jobs.jsonl', documentsOf(ids))
    const end = await start('--chunk', '1000', '--json').ended
    expect(end).toMatchObject({ code: 0 })
    const lines = folder.results(output)
    expect(lines.map(({ custom_id }) => custom_id)).toEqual(ids)
    for (const line of lines) {
      expect(line).toMatchObject({
        status: 'succeeded',
        error: null,
        cost: expect.stringMatching(/^0\.\d+$/),
      })
      expect(line.output).toBe(answerTo(`text of ${line.custom_id}`))
    }
    expect(JSON.parse(end.stdout)).toMatchObject({
      documents: 1_500,
      batches: 2,
      tokens: expect.any(Number),
      batch_cost: expect.stringMatching(/^\d+\.\d+$/),
    })
  })

  it('tells what failed apart, and sends that alone again', async () => {
    folder.writeRecords('jobs.jsonl', [
      ...documentsOf(idsFrom(0, 3)),
      { id: 'long', text: 'too long '.repeat(3_000) },
    ])
    expect(await start().ended).toMatchObject({ code: 2 })
    expect(folder.results(output).map(({ status, error }) => [status, error?.code])).toEqual([
      ...Array(3).fill(['succeeded', undefined]),
      ['failed', 'context_length_exceeded'],
    ])
    const { received } = simulator.simulator.stats()
    expect(await start().ended).toMatchObject({ code: 2 })
    expect(simulator.simulator.stats().received - received).toBe(1)
  })

  it('killed again and again makes each batch once', async () => {
    const ids = idsFrom(10_000, 10_600)
    folder.writeRecords('jobs.jsonl', documentsOf(ids))
    const before = { batches: await server.count('batch'), ...simulator.simulator.stats() }
    const args = ['--chunk', '100', '--parallel', '2']
    // At the very moment when a batch is there, and its id perhaps not yet in the log of the run.
    for (const killAt of [1, 3, 5]) {
      const run = start(...args)
      await until(`batch ${killAt}`, async () => (await server.count('batch')) - before.batches >= killAt)
      run.child.kill('SIGKILL')
      expect(await run.ended).toMatchObject({ signal: 'SIGKILL' })
    }
    expect(await start(...args).ended).toMatchObject({ code: 0 })
    expect((await server.count('batch')) - before.batches).toBe(6)
    const { received, repeated } = simulator.simulator.stats()
    expect(received - before.received).toBe(600)
    expect(repeated - before.repeated).toBe(0)
    expect(folder.results(output).map(({ custom_id }) => custom_id)).toEqual(ids)
  })

  it('says why the gateway refuses', async () => {
    folder.writeRecords('jobs.jsonl', documentsOf(idsFrom(0, 2)))
    const end = await start('--model', 'gpt-9').ended
    expect(end).toMatchObject({ code: 2 })
    expect(end.stderr).toContain('gpt-9')
  })

  it('stops at a limit of cost, and the next run does the rest', async () => {
    const ids = idsFrom(0, 300)
    folder.writeRecords('jobs.jsonl', documentsOf(ids))
    const args = ['--chunk', '50', '--parallel', '1']
    const end = await start(...args, '--max-cost', '0.000001').ended
    expect(end).toMatchObject({ code: 5 })
    expect(folder.results(output).length).toBeLessThan(300)
    expect(await start(...args).ended).toMatchObject({ code: 0 })
    expect(folder.results(output).map(({ custom_id }) => custom_id)).toEqual(ids)
  })
})
