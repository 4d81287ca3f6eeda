import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goodKey, type NativeDouble, startNativeDouble } from '../testing/native-double.ts'
import { startCommand } from '../testing/run-command.ts'

let double: NativeDouble
let folder: string
let input: string
let output: string

beforeEach(async () => {
  double = await startNativeDouble()
  folder = mkdtempSync(join(tmpdir(), 'sheepfold-test-'))
  input = join(folder, 'jobs.jsonl')
  output = join(folder, 'jobs.results.jsonl')
})

afterEach(async () => {
  await double.close()
  rmSync(folder, { recursive: true, force: true })
})

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `doc-${from + at}`)

const writeInput = (names: readonly string[]) =>
  writeFileSync(input, names.map((id) => `${JSON.stringify({ id, text: `text of ${id}` })}\n`).join(''))

const start = (...args: string[]) =>
  startCommand(
    [
      'run',
      input,
      '--model',
      'batch-4.1',
      '--base-url',
      double.url,
      '--chunk',
      '10',
      '--parallel',
      '2',
      ...args,
    ],
    { env: { HOLYSHEEP_API_KEY: goodKey } },
  )

const run = (...args: string[]) => start(...args).ended

interface Line {
  readonly custom_id: string
  readonly status: string
  readonly output: string | null
  readonly error: { readonly code: string } | null
}

const readResults = (path = output): Line[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line))

const processedIds = (): string[] =>
  JSON.parse(readFileSync(`${output}.checkpoint.json`, 'utf8')).processed_ids

const leftovers = () =>
  readdirSync(folder)
    .filter((name) => !name.startsWith('jobs.jsonl'))
    .sort()

describe('a run', () => {
  it('sends all records once and writes their results in input order', async () => {
    writeInput(ids(0, 35))
    const end = await run()
    expect(end).toMatchObject({ code: 0 })
    expect(double.creates).toHaveLength(4)
    expect(double.idsTaken().sort()).toEqual(ids(0, 35).sort())
    expect(readResults().map((line) => line.custom_id)).toEqual(ids(0, 35))
    expect(readResults()[7]).toMatchObject({ status: 'succeeded', output: 'answer to doc-7: text of doc-7' })
    expect(new Set(processedIds())).toEqual(new Set(ids(0, 35)))
    expect(leftovers()).toEqual(['jobs.results.jsonl', 'jobs.results.jsonl.checkpoint.json'])
    expect(end.stdout).toMatch(/documents +35\n/)
    expect(end.stdout).toMatch(/saved +\$0\.000210 \(75\.0 %\)/)
  })

  it('says its figures to machines', async () => {
    writeInput(ids(0, 12))
    const end = await run('--json')
    expect(JSON.parse(end.stdout)).toMatchObject({
      documents: 12,
      succeeded: 12,
      failed: 0,
      batches: 2,
      batch_latency: { mean_ms: 4000, p99_ms: 4000 },
      provider_call_latency: { mean_ms: 300, p99_ms: 400 },
      tokens: 36,
      batch_cost: '0.000024',
      real_time_cost: '0.000096',
      saved: '0.000072',
      saved_percent: 75,
      skipped: 0,
      output,
      exit_code: 0,
    })
  })

  it('builds requests of template, system prompt, preset and options', async () => {
    writeFileSync(input, '{"custom_id":"a","title":"T","n":3}\n')
    const args = [
      '--prompt',
      'Rate {title} ({n}) as {"score":1}',
      '--system',
      'Be brief',
      '--task',
      'extraction',
    ]
    await run(...args, '--max-tokens', '9', '--temperature', '0.5', '--options', '{"top_p":0.9}')
    expect(JSON.parse(double.creates[0]?.body ?? '')).toEqual({
      model: 'batch-4.1',
      task: 'extraction',
      tasks: [{ custom_id: 'a', prompt: 'Rate T (3) as {"score":1}', system: 'Be brief' }],
      options: { top_p: 0.9, max_tokens: 9, temperature: 0.5 },
    })
  })

  it('reads compressed input, and names records without an id by their line', async () => {
    const path = join(folder, 'some.jsonl.gz')
    writeFileSync(path, gzipSync('{"text":"one"}\n\n{"text":"둘"}'))
    const args = ['run', path, '--model', 'batch-4.1', '--base-url', double.url, '--api-key', goodKey]
    expect((await startCommand(args).ended).code).toBe(0)
    const results = readResults(join(folder, 'some.results.jsonl'))
    expect(results.map(({ output }) => output)).toEqual(['answer to line-1: one', 'answer to line-3: 둘'])
  })

  it('names every bad line before anything is sent', async () => {
    const lines = [
      '{"id":"a","text":"x"}',
      '{"id":',
      '[1]',
      '{"id":"a","text":"y"}',
      '{"id":"b"}',
      '{"text":" "}',
    ]
    writeFileSync(input, lines.join('\n'))
    const end = await run()
    expect(end.code).toBe(1)
    for (const line of [2, 3, 4, 5, 6]) expect(end.stderr).toContain(`jobs.jsonl:${line}: `)
    expect(end.stderr).toContain(`its id "a" is that of ${input}:1`)
    expect(double.creates).toHaveLength(0)
    expect(leftovers()).toEqual([])
  })
})

describe('a run that does not get everything', () => {
  it('ends with 2 when requests failed, and sends those alone again', async () => {
    writeInput(ids(0, 25))
    double.decide = (id) => (id === 'doc-3' ? 'failed' : id === 'doc-20' ? 'missing' : 'succeeded')
    expect((await run()).code).toBe(2)
    const failed = readResults().filter((line) => line.status === 'failed')
    expect(failed.map((line) => [line.custom_id, line.error?.code])).toEqual([
      ['doc-3', 'context_length_exceeded'],
      ['doc-20', 'no_result'],
    ])
    double.decide = () => 'succeeded'
    expect((await run()).code).toBe(0)
    expect(double.idsTaken().slice(25)).toEqual(['doc-3', 'doc-20'])
    expect(readResults().map((line) => line.custom_id)).toEqual(ids(0, 25))
    expect(readResults().every((line) => line.status === 'succeeded')).toBe(true)
  })

  it('ends with 2 when a batch failed, whose records the next run sends again', async () => {
    writeInput(ids(0, 10))
    double.decide = (id) => (id < 'doc-5' ? 'succeeded' : 'missing')
    const message = 'Batch exceeded maximum processing time'
    double.outcome = { status: 'failed', error: { error: 'timeout', message } }
    const end = await run()
    expect(end.code).toBe(2)
    expect(end.stderr).toContain(message)
    expect(readResults().filter((line) => line.error?.code === 'timeout')).toHaveLength(5)
    double.decide = () => 'succeeded'
    double.outcome = { status: 'completed' }
    expect((await run()).code).toBe(0)
    expect(double.idsTaken().slice(10)).toEqual(ids(5, 10))
  })

  it('ends with 4 when it waited too long, and picks the batch up at the next run', async () => {
    writeInput(ids(0, 5))
    double.polls = Number.POSITIVE_INFINITY
    const end = await run('--timeout', '1s')
    expect(end.code).toBe(4)
    expect(end.stderr).toContain('TimeoutError')
    expect(existsSync(output)).toBe(false)
    double.polls = 1
    expect((await run()).code).toBe(0)
    expect(double.creates).toHaveLength(1)
    expect(readResults()).toHaveLength(5)
  })

  it('ends with 4 on SIGINT, says how to go on, and goes on', async () => {
    writeInput(ids(0, 15))
    double.polls = Number.POSITIVE_INFINITY
    const { child, ended } = start()
    double.after = ({ kind }) => kind === 'get' && !child.kill('SIGINT')
    const end = await ended
    expect(end.code).toBe(4)
    expect(end.stderr).toContain('The same command goes on from here')
    double.after = () => false
    double.polls = 1
    expect((await run()).code).toBe(0)
    expect(double.idsTaken().sort()).toEqual(ids(0, 15).sort())
  })

  it('ends with 3 without an answer or with a bad key, and nothing on its way', async () => {
    writeInput(ids(0, 5))
    expect((await run('--api-key', 'sk-holysheep-wrong')).code).toBe(3)
    expect(double.creates).toHaveLength(0)
    expect(leftovers()).toEqual([])
  })

  it('ends with 1 when the server refuses, and leaves no trace that would hold up the next run', async () => {
    writeInput(ids(0, 5))
    double.refuse = { status: 400, body: { error: 'unknown_model', message: 'There is no model batch-4.1' } }
    const end = await run()
    expect(end.code).toBe(1)
    expect(end.stderr).toContain('There is no model batch-4.1')
    expect(leftovers()).toEqual([])
  })

  it('asks for a key, and for a model', async () => {
    writeInput(ids(0, 1))
    const end = await startCommand(['run', input, '--model', 'm']).ended
    expect(end).toMatchObject({ code: 1 })
    expect(end.stderr).toContain('HOLYSHEEP_API_KEY')
    expect(await startCommand(['run', input]).ended).toMatchObject({ code: 1 })
  })
})

describe('a run after another', () => {
  it('has nothing to send when all is processed', async () => {
    writeInput(ids(0, 12))
    await run()
    const before = readFileSync(output, 'utf8')
    const end = await run()
    expect(end.code).toBe(0)
    expect(end.stderr).toContain('Nothing is left to send')
    expect(double.creates).toHaveLength(2)
    expect(readFileSync(output, 'utf8')).toBe(before)
  })

  it('skips what a checkpoint of another client names', async () => {
    writeInput(ids(0, 6))
    const checkpoint = { processed_ids: ['doc-1', 'doc-4'], last_updated: '2026-01-01T00:00:00' }
    writeFileSync(`${output}.checkpoint.json`, JSON.stringify(checkpoint))
    expect((await run()).code).toBe(0)
    expect(double.idsTaken()).toEqual(['doc-0', 'doc-2', 'doc-3', 'doc-5'])
  })

  it('adds what the input has more', async () => {
    writeInput(ids(5, 10))
    await run()
    writeInput(ids(0, 12))
    expect((await run()).code).toBe(0)
    expect(readResults().map((line) => line.custom_id)).toEqual(ids(0, 12))
    expect(double.idsTaken()).toHaveLength(12)
  })

  it('does not touch a checkpoint that it cannot read', async () => {
    writeInput(ids(0, 3))
    writeFileSync(`${output}.checkpoint.json`, '{"processed_ids":["doc-0"')
    const end = await run()
    expect(end.code).toBe(1)
    expect(end.stderr).toContain('is not JSON')
    expect(double.creates).toHaveLength(0)
    expect(readFileSync(`${output}.checkpoint.json`, 'utf8')).toBe('{"processed_ids":["doc-0"')
  })

  it('leaves the work to another that is at it', async () => {
    writeInput(ids(0, 3))
    double.polls = Number.POSITIVE_INFINITY
    const first = start()
    const second = new Promise<number | null>((resolve) => {
      double.after = ({ kind }) => {
        if (kind === 'create') void run().then((end) => resolve(end.code))
        return false
      }
    })
    expect(await second).toBe(1)
    double.polls = 1
    expect((await first.ended).code).toBe(0)
    expect(double.creates).toHaveLength(1)
  })
})

describe('a run that is killed and started again', () => {
  // 10 requests in all: the models, and create, get and results of each of three chunks.
  const moments = [
    ...[2, 3, 4, 5].map((at) => ({ at, when: 'before' as const })),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((at) => ({ at, when: 'after' as const })),
  ]

  it.each(moments)(
    'with kill -9 $when request $at was handled, sends nothing twice',
    async ({ at, when }) => {
      writeInput(ids(0, 28))
      const { child, ended } = start()
      let killed = 0
      double[when] = ({ number }) => {
        if (number < at) return false
        if (killed++ === 0) child.kill('SIGKILL')
        return true
      }
      expect((await ended).signal).toBe('SIGKILL')
      double[when] = () => false

      expect((await run()).code).toBe(0)
      expect(double.idsTaken().sort()).toEqual(ids(0, 28).sort())
      expect(readResults().map((line) => line.custom_id)).toEqual(ids(0, 28))
      expect(new Set(processedIds())).toEqual(new Set(ids(0, 28)))
      for (const batch of double.batches)
        expect(
          new Set(double.creates.filter(({ key }) => key === batch.key).map(({ body }) => body)).size,
        ).toBe(1)
      expect(leftovers()).toEqual(['jobs.results.jsonl', 'jobs.results.jsonl.checkpoint.json'])
    },
  )

  it('refuses to guess when the input changed while a create was in doubt', async () => {
    writeInput(ids(0, 8))
    const { child, ended } = start()
    double.after = ({ kind }) => kind === 'create' && child.kill('SIGKILL')
    await ended
    double.after = () => false
    writeFileSync(input, readFileSync(input, 'utf8').replace('text of doc-3', 'another text'))
    const end = await run()
    expect(end.code).toBe(1)
    expect(end.stderr).toContain('doc-0 to doc-7')
    expect(double.idsTaken()).toHaveLength(8)
  })

  it('says so when the server has lost a batch, and sends its records at the next run', async () => {
    writeInput(ids(0, 8))
    double.polls = Number.POSITIVE_INFINITY
    const { child, ended } = start()
    double.after = ({ kind }) => kind === 'get' && child.kill('SIGKILL')
    await ended
    double.after = () => false
    double.polls = 1
    double.forget('batch_1')
    expect((await run()).code).toBe(2)
    expect(readResults().every((line) => line.error?.code === 'batch_not_found')).toBe(true)
    expect((await run()).code).toBe(0)
    expect(readResults().map((line) => line.custom_id)).toEqual(ids(0, 8))
  })
})
