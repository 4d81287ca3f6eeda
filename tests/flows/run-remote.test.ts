import { readFileSync } from 'node:fs'
import { createClient } from '@sheepfold/client'
import { type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { statusOf } from '../../cli/src/batches/batch-text.ts'
import { startCommand } from '../../cli/src/testing/run-command.ts'
import { createRunFolder, type RunFolder } from '../../cli/src/testing/run-folder.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { until } from '../support/wait.ts'

/** `sheepfold batches …` and `sheepfold files …` against a real gateway. */

const heldModel = 'batch-flash-3.5'

let simulator: SimulatorServer
/** Answers when it is told to, one call at a time, and for one model only. */
let held: FakeProvider
let server: TestGateway
let folder: RunFolder

beforeAll(async () => {
  simulator = await startSimulator({ defaults: { firstByteMs: 20, contextTokens: 2_000 } })
  held = await startFakeProvider()
  server = await openGateway({
    provider: simulator.url,
    adapt: (config) => ({
      ...config,
      deployments: config.deployments.map((each) =>
        each.model === heldModel
          ? {
              ...each,
              baseUrl: `${held.url}/v1`,
              limits: { ...each.limits, concurrencyMax: 1, concurrencyInitial: 1 },
            }
          : each,
      ),
    }),
  })
})

afterAll(async () => {
  await server.stop()
  await held.close()
  await simulator.close()
})

beforeEach(() => {
  folder = createRunFolder()
})

afterEach(() => folder.remove())

const sheepfold = (...args: string[]) =>
  startCommand([...args, '--base-url', server.url], { env: { HOLYSHEEP_API_KEY: server.key } }).ended

const client = () => createClient({ baseUrl: server.url, apiKey: server.key })

const longPrompt = 'too long '.repeat(3_000)

const nativeBatch = async (prompts: readonly string[], model = 'batch-4.1') => {
  const tasks = prompts.map((prompt, at) => ({ custom_id: `t${at}`, prompt }))
  return (await client().batches.create({ model, tasks })).batch_id
}

const requestFile = (prompts: readonly string[], model = 'batch-4.1') =>
  folder.writeRecords(
    'requests.jsonl',
    prompts.map((content, at) => ({
      custom_id: `r${at}`,
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model, messages: [{ role: 'user', content }] },
    })),
  )

const fileBatch = async (prompts: readonly string[], model?: string) => {
  const uploaded = await sheepfold('files', 'upload', requestFile(prompts, model), '--json')
  expect(uploaded).toMatchObject({ code: 0 })
  const { id }: { id: string } = JSON.parse(uploaded.stdout)
  return (await client().fileBatches.create({ input_file_id: id })).id
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line): { custom_id: string } => JSON.parse(line))

describe('sheepfold batches', () => {
  it('lists batches of both dialects, newest first, page by page', async () => {
    const one = await nativeBatch(['a'])
    const other = await fileBatch(['b'])
    const end = await sheepfold('batches', 'list', '--limit', '2')
    expect(end).toMatchObject({ code: 0 })
    expect(end.stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['batch', other, one, ''])
    const next = await sheepfold('batches', 'list', '--limit', '1', '--after', other, '--json')
    expect(JSON.parse(next.stdout).data).toMatchObject([{ id: one }])
  })

  it.each(['native', 'openai'])('shows, watches and gives the results of a %s batch', async (dialect) => {
    const id = await (dialect === 'native' ? nativeBatch : fileBatch)(['a', 'b', 'c'])
    const watched = await sheepfold('batches', 'watch', id, '--json')
    expect(watched).toMatchObject({ code: 0 })
    expect(JSON.parse(watched.stdout)).toMatchObject({ status: 'completed' })
    const shown = await sheepfold('batches', 'show', id)
    expect(shown.stdout).toMatch(new RegExp(`batch +${id}\nstatus +completed`))
    expect(shown.stdout).toMatch(/requests +3, 3 succeeded/)
    const results = await sheepfold('batches', 'results', id)
    expect(results).toMatchObject({ code: 0 })
    expect(linesOf(results.stdout).map(({ custom_id }) => custom_id)).toEqual(
      dialect === 'native' ? ['t0', 't1', 't2'] : ['r0', 'r1', 'r2'],
    )
    const out = folder.file('out.jsonl')
    expect(await sheepfold('batches', 'results', id, '--out', out)).toMatchObject({ code: 0, stdout: '' })
    expect(readFileSync(out, 'utf8')).toBe(results.stdout)
  })

  it.each(['native', 'openai'])('follows the results of a %s batch to its end', async (dialect) => {
    const prompts = Array.from({ length: 200 }, (_, at) => `prompt ${at}`)
    const id = await (dialect === 'native' ? nativeBatch : fileBatch)(prompts)
    const end = await sheepfold('batches', 'results', id, '--follow')
    expect(end).toMatchObject({ code: 0 })
    const ids = linesOf(end.stdout).map(({ custom_id }) => custom_id)
    expect(ids).toHaveLength(200)
    expect(new Set(ids).size).toBe(200)
  })

  it.each(['native', 'openai'])('retries what failed of a %s batch, and merges', async (dialect) => {
    const id = await (dialect === 'native' ? nativeBatch : fileBatch)(['a', longPrompt, 'c'])
    expect(await sheepfold('batches', 'watch', id)).toMatchObject({ code: 2 })
    const { received } = simulator.simulator.stats()
    const made = await sheepfold('batches', 'retry', id)
    expect(made).toMatchObject({ code: 0 })
    expect(made.stdout).toMatch(/^batch +batch_/)
    const merged = await sheepfold('batches', 'retry', id, '--merged')
    expect(merged).toMatchObject({ code: 0 })
    expect(linesOf(merged.stdout).map(({ custom_id }) => custom_id)).toHaveLength(3)
    expect(simulator.simulator.stats().received - received).toBe(2)
  })

  it.each(['native', 'openai'])('cancels a %s batch', async (dialect) => {
    held.hold()
    const prompts = Array.from({ length: 1_000 }, (_, at) => `prompt ${at}`)
    const id = await (dialect === 'native' ? nativeBatch : fileBatch)(prompts, heldModel)
    await held.waiting(1)
    expect(await sheepfold('batches', 'cancel', id)).toMatchObject({ code: 0 })
    // One call at a time, until the worker has heard of it.
    await until('its end', async () => {
      held.release()
      const any = await client().batches.show(id)
      return any.dialect === 'native' ? any.batch.status === 'failed' : statusOf(any) === 'cancelled'
    })
    expect(await sheepfold('batches', 'watch', id)).toMatchObject({ code: 2 })
    expect((await sheepfold('batches', 'show', id)).stdout).toMatch(/cancelled/)
  })

  it.each([
    ['an unknown batch', 1, ['batches', 'show', 'batch_nowhere'], 'There is no batch "batch_nowhere"'],
    ['nothing to retry', 1, ['batches', 'retry', 'batch_nowhere'], 'There is no batch'],
    ['a wrong key', 3, ['batches', 'list', '--api-key', 'sk-holysheep-wrong'], 'Invalid or expired API key'],
    ['an unknown file', 1, ['files', 'show', 'file-nowhere'], 'No such File object: file-nowhere'],
    ['a missing file', 1, ['files', 'upload', '/nowhere.jsonl'], '/nowhere.jsonl does not exist'],
  ])('with %s ends with %d and says so', async (_what, code, args, words) => {
    const end = await sheepfold(...args)
    expect(end).toMatchObject({ code })
    expect(end.stderr).toContain(words)
  })

  it('without a server ends with 3 and names the address', async () => {
    const args = ['batches', 'list', '--base-url', 'http://127.0.0.1:9', '--api-key', 'sk-x']
    const end = await startCommand(args).ended
    expect(end).toMatchObject({ code: 3 })
    expect(end.stderr).toContain('No answer from http://127.0.0.1:9')
  })
})

describe('sheepfold files', () => {
  it('uploads, lists, shows, gives back and deletes', async () => {
    const path = requestFile(['a', '한글'])
    const uploaded = await sheepfold('files', 'upload', path)
    expect(uploaded).toMatchObject({ code: 0 })
    const id = /^file +(file-\S+)/.exec(uploaded.stdout)?.[1] ?? ''
    const listed = await sheepfold('files', 'list', '--purpose', 'batch', '--limit', '1')
    expect(listed.stdout).toContain(id)
    expect((await sheepfold('files', 'show', id)).stdout).toMatch(/name +requests\.jsonl/)
    expect((await sheepfold('files', 'content', id)).stdout).toBe(readFileSync(path, 'utf8'))
    const out = folder.file('copy.jsonl')
    expect(await sheepfold('files', 'content', id, '--out', out)).toMatchObject({ code: 0 })
    expect(readFileSync(out, 'utf8')).toBe(readFileSync(path, 'utf8'))
    expect(await sheepfold('files', 'delete', id)).toMatchObject({ code: 0, stdout: `${id} is deleted.\n` })
    expect(await sheepfold('files', 'show', id)).toMatchObject({ code: 1 })
  })
})
