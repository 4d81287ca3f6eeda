import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenAiDouble, openAiKey, startOpenAiDouble } from '../testing/openai-double.ts'
import { startCommand } from '../testing/run-command.ts'
import { createRunFolder, documentsOf, idsFrom, type RunFolder } from '../testing/run-folder.ts'

let double: OpenAiDouble
let folder: RunFolder
let input: string
const output = 'jobs.results.jsonl'

beforeEach(async () => {
  double = await startOpenAiDouble()
  folder = createRunFolder()
  input = folder.file('jobs.jsonl')
})

afterEach(async () => {
  await double.close()
  folder.remove()
})

const write = (ids: readonly string[]) => folder.writeRecords('jobs.jsonl', documentsOf(ids))

const start = (...args: string[]) =>
  startCommand([
    ...['run', input, '--model', 'gpt-4.1', '--base-url', `${double.url}/v1`, '--api-key', openAiKey],
    ...['--parallel', '2', ...args],
  ])

const run = (...args: string[]) => start(...args).ended

describe("a run against OpenAI's batches", () => {
  it('finds out whom it speaks to, uploads a file, and puts the answers into input order', async () => {
    write(idsFrom(0, 25))
    const end = await run('--system', 'Be brief', '--max-tokens', '9', '--json')
    expect(end).toMatchObject({ code: 0 })
    expect(double.batches).toHaveLength(1)
    expect(double.files.get(double.batches[0]?.inputFileId ?? '')?.content.split('\n')[0]).toBe(
      JSON.stringify({
        custom_id: 'doc-0',
        method: 'POST',
        url: '/v1/chat/completions',
        body: {
          model: 'gpt-4.1',
          messages: [
            { role: 'system', content: 'Be brief' },
            { role: 'user', content: 'text of doc-0' },
          ],
          max_tokens: 9,
        },
      }),
    )
    expect(folder.results(output).map(({ custom_id }) => custom_id)).toEqual(idsFrom(0, 25))
    expect(folder.results(output)[3]).toMatchObject({
      status: 'succeeded',
      output: 'answer to doc-3: text of doc-3',
      model: 'gpt-4.1-2025-04-14',
      finish_reason: 'stop',
      usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3, cached_tokens: 0 },
      cost: null,
      error: null,
    })
    expect(JSON.parse(end.stdout)).toMatchObject({
      documents: 25,
      tokens: 75,
      batch_cost: null,
      exit_code: 0,
    })
    expect(folder.names()).toEqual(['jobs.jsonl', output, `${output}.checkpoint.json`])
  })

  it('cuts a large input into several batches', async () => {
    write(idsFrom(0, 25))
    expect(await run('--chunk', '10')).toMatchObject({ code: 0 })
    expect(double.batches.map(({ lines }) => lines.length)).toEqual([10, 10, 5])
    expect(folder.results(output).map(({ custom_id }) => custom_id)).toEqual(idsFrom(0, 25))
  })

  it('tells each kind of failure apart, and sends those alone again', async () => {
    write(idsFrom(0, 6))
    const fates = { 'doc-1': 'refused', 'doc-2': 'expired', 'doc-4': 'missing' } as const
    double.decide = (id) => fates[id as keyof typeof fates] ?? 'succeeded'
    expect(await run()).toMatchObject({ code: 2 })
    expect(folder.results(output).map(({ status, error }) => [status, error?.code])).toEqual([
      ['succeeded', undefined],
      ['failed', 'context_length_exceeded'],
      ['expired', 'batch_expired'],
      ['succeeded', undefined],
      ['failed', 'expired'],
      ['succeeded', undefined],
    ])
    double.decide = () => 'succeeded'
    expect(await run()).toMatchObject({ code: 0 })
    expect(double.idsTaken().slice(6)).toEqual(['doc-1', 'doc-2', 'doc-4'])
  })

  it('says why a batch was refused as a whole', async () => {
    write(idsFrom(0, 3))
    double.reject = { code: 'token_limit_exceeded', message: 'Enqueued token limit reached', line: null }
    const end = await run()
    expect(end).toMatchObject({ code: 2 })
    expect(end.stderr).toContain('Enqueued token limit reached')
    expect(folder.results(output).map(({ error }) => error?.code)).toEqual(
      Array(3).fill('token_limit_exceeded'),
    )
  })

  it('fetches a file again that broke off', async () => {
    write(idsFrom(0, 20))
    double.breakDownloadsAfter = [0, 700]
    expect(await run()).toMatchObject({ code: 0 })
    expect(folder.results(output).map(({ custom_id }) => custom_id)).toEqual(idsFrom(0, 20))
  })

  it('knows the cost where it is told the prices', async () => {
    write(idsFrom(0, 4))
    const end = await run('--input-price', '2.00', '--output-price', '8.00', '--json')
    expect(JSON.parse(end.stdout)).toMatchObject({ batch_cost: '0.000048' })
    expect(folder.results(output)[0]?.cost).toBe('0.000012')
  })

  it('ends with 3 where the key is refused', async () => {
    write(idsFrom(0, 3))
    const end = await run('--api-key', 'sk-wrong')
    expect(end).toMatchObject({ code: 3 })
    expect(end.stderr).toContain('Incorrect API key provided.')
    expect(double.files.size).toBe(0)
  })

  it('knows no presets', async () => {
    write(idsFrom(0, 3))
    const end = await run('--task', 'summarization')
    expect(end).toMatchObject({ code: 1 })
    expect(end.stderr).toContain('--system')
  })
})

describe("a run against OpenAI's batches that is killed and started again", () => {
  const moments = [
    ['before', 'POST', '/v1/files'],
    ['after', 'POST', '/v1/files'],
    ['after', 'POST', '/v1/batches'],
    ['before', 'GET', '/v1/batches/batch_1'],
    ['after', 'GET', '/v1/batches/batch_1'],
    ['before', 'GET', '/v1/files/file-2/content'],
    ['after', 'GET', '/v1/files/file-2/content'],
  ] as const

  it.each(moments)('with kill -9 %s %s %s sends nothing twice', async (when, method, path) => {
    write(idsFrom(0, 12))
    const { child, ended } = start()
    let killed = 0
    double[when] = (request) => {
      if (request.method !== method || request.path !== path) return killed > 0
      if (killed++ === 0) child.kill('SIGKILL')
      return true
    }
    expect(await ended).toMatchObject({ signal: 'SIGKILL' })
    double[when] = () => false
    expect(await run()).toMatchObject({ code: 0 })
    expect(double.idsTaken()).toEqual(idsFrom(0, 12))
    expect(folder.results(output).map(({ custom_id }) => custom_id)).toEqual(idsFrom(0, 12))
    expect(folder.names()).toEqual(['jobs.jsonl', output, `${output}.checkpoint.json`])
  })
})
