import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goodKey, type NativeDouble, startNativeDouble } from '../testing/native-double.ts'
import { runOnTerminal } from '../testing/on-terminal.ts'
import { startCommand } from '../testing/run-command.ts'
import { createRunFolder, documentsOf, idsFrom, type RunFolder } from '../testing/run-folder.ts'

let double: NativeDouble
let folder: RunFolder
let input: string
const output = 'jobs.results.jsonl'

beforeEach(async () => {
  double = await startNativeDouble()
  folder = createRunFolder()
  input = folder.file('jobs.jsonl')
})

afterEach(async () => {
  await double.close()
  folder.remove()
})

const write = (count: number) => folder.writeRecords('jobs.jsonl', documentsOf(idsFrom(0, count)))

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

describe('a schema', () => {
  const schema = {
    title: 'A mood!',
    type: 'object',
    properties: { mood: { enum: ['good', 'bad'] } },
    required: ['mood'],
    additionalProperties: false,
  }

  it('is sent, and each answer is checked against it', async () => {
    write(4)
    const answers = ['{"mood":"good"}', 'good', '{"mood":"so-so","why":1}', ' {"mood": "bad"} ']
    double.answer = (id) => answers[Number(id.slice(-1))] ?? ''
    const end = await run('--schema', folder.write('schema.json', JSON.stringify(schema)))
    expect(end).toMatchObject({ code: 2 })
    expect(end.stderr).toContain('2 failed: schema_mismatch')
    expect(JSON.parse(double.creates[0]?.body ?? '').options).toEqual({
      response_format: { type: 'json_schema', json_schema: { name: 'A_mood_', schema, strict: true } },
    })
    const [good, noJson, wrong, spaced] = folder.results(output)
    expect(good).toMatchObject({ status: 'succeeded', json: { mood: 'good' }, error: null })
    expect(noJson).toMatchObject({ status: 'invalid', output: 'good', error: { code: 'schema_mismatch' } })
    expect(wrong?.error?.message).toContain('/mood must be equal to one of the allowed values')
    expect(spaced).toMatchObject({ status: 'succeeded', json: { mood: 'bad' } })
  })

  it('that an answer did not keep to is asked for again, and no failure takes the text away', async () => {
    write(2)
    double.answer = () => 'nothing'
    const args = [
      '--schema',
      folder.write('schema.json', JSON.stringify({ name: 's', schema, strict: true })),
    ]
    expect(await run(...args)).toMatchObject({ code: 2 })
    double.decide = () => 'failed'
    expect(await run(...args)).toMatchObject({ code: 2 })
    expect(folder.results(output).map(({ status, output }) => [status, output])).toEqual(
      Array(2).fill(['invalid', 'nothing']),
    )
    double.decide = () => 'succeeded'
    double.answer = () => '{"mood":"bad"}'
    expect(await run(...args)).toMatchObject({ code: 0 })
    expect(double.idsTaken()).toHaveLength(6)
  })

  it.each([
    ['no JSON', '{', 'schema.json is not JSON'],
    ['a list', '[]', 'no object'],
    ['no schema', '{"type":"thing"}', 'schema.json is no JSON schema'],
  ])('that is %s is refused', async (_what, content, words) => {
    write(1)
    const end = await run('--schema', folder.write('schema.json', content))
    expect(end).toMatchObject({ code: 1 })
    expect(end.stderr).toContain(words)
    expect(double.creates).toHaveLength(0)
  })
})

describe('a prompt', () => {
  it('and a system prompt may come from files', async () => {
    write(1)
    const args = ['--prompt-file', folder.write('p.txt', 'Say:\n{text}\n')]
    await run(...args, '--system-file', folder.write('s.txt', 'Be brief\r\n'))
    expect(JSON.parse(double.creates[0]?.body ?? '').tasks).toEqual([
      { custom_id: 'doc-0', prompt: 'Say:\ntext of doc-0', system: 'Be brief' },
    ])
  })
})

describe('a dry run', () => {
  it('tells records, tokens and the price, and sends nothing', async () => {
    write(1_000)
    const end = await run('--dry-run', '--system', 'Be brief', '--max-tokens', '100')
    expect(end).toMatchObject({ code: 0 })
    expect(end.stdout).toMatch(/records +1,000\n/)
    expect(end.stdout).toMatch(/prompt tokens +about 1\d,\d{3}\n/)
    expect(end.stdout).toMatch(
      /price +\$0\.0\d+ \(the prompts alone\) to \$0\.2\d+ \(answers of 100 tokens\)/,
    )
    expect(double.creates).toHaveLength(0)
    expect(folder.names()).toEqual(['jobs.jsonl'])
  })

  it('warns of every line that could not be sent, and ends with 1', async () => {
    const lines = ['{"id":"a","text":"x"}', '{"id":"a","text":"y"}', '{"id":"b"}', '{"text":" "}', '{']
    folder.write('jobs.jsonl', lines.join('\n'))
    const end = await run('--dry-run', '--json')
    expect(end).toMatchObject({ code: 1 })
    expect(JSON.parse(end.stdout)).toMatchObject({
      records: 1,
      bad_lines: 4,
      over_context: null,
      counted_percent: 100,
      output_tokens_each: 4096,
      exit_code: 1,
      warnings: [2, 3, 4, 5].map((line) => ({ place: `${input}:${line}`, message: expect.any(String) })),
    })
  })

  it('names prompts that are too long for the model', async () => {
    folder.writeRecords('jobs.jsonl', [{ text: 'short' }, { text: 'many words '.repeat(200) }])
    const end = await run('--dry-run', '--context', '300')
    expect(end).toMatchObject({ code: 0 })
    expect(end.stderr).toMatch(/jobs\.jsonl:2: about 4\d\d tokens, and batch-4\.1 takes 300/)
  })

  it('does without a server, and says that it knows no price', async () => {
    write(1)
    const end = await run('--dry-run', '--base-url', 'http://127.0.0.1:9')
    expect(end).toMatchObject({ code: 0 })
    expect(end.stderr).toContain('No answer from http://127.0.0.1:9')
    expect(end.stdout).toContain('not known')
    const told = await run(
      '--dry-run',
      '--base-url',
      'http://127.0.0.1:9',
      '--input-price',
      '1',
      '--output-price',
      '2',
    )
    expect(told.stdout).toContain('the prompts alone')
  })

  it('says which models there are', async () => {
    write(1)
    expect((await run('--dry-run', '--model', 'gpt-9')).stderr).toContain('no model gpt-9; it has batch-4.1')
  })
})

describe('a sample', () => {
  it('is sent alone, shown and kept; without a yes the run ends with 6', async () => {
    write(25)
    const end = await run('--sample', '3')
    expect(end).toMatchObject({ code: 6 })
    expect(double.idsTaken()).toEqual(idsFrom(0, 3))
    expect(end.stderr).toContain('── doc-2\nanswer to doc-2: text of doc-2')
    expect(end.stderr).toMatch(
      /The other 22 records, if they are like these: for about \$0\.00013\d, 66 tokens/,
    )
    expect(end.stderr).toContain('--yes')

    const again = await run('--sample', '3')
    expect(again).toMatchObject({ code: 6 })
    expect(again.stderr).toContain('answer to doc-2')
    expect(double.idsTaken()).toHaveLength(3)

    expect(await run('--sample', '3', '--yes')).toMatchObject({ code: 0 })
    expect(double.idsTaken().sort()).toEqual(idsFrom(0, 25).sort())
    expect(folder.results(output).map(({ custom_id }) => custom_id)).toEqual(idsFrom(0, 25))
  })

  it('goes on in the same run with --yes', async () => {
    write(25)
    const end = await run('--sample', '3', '--yes', '--json')
    expect(end).toMatchObject({ code: 0 })
    expect(JSON.parse(end.stdout)).toMatchObject({ documents: 25, succeeded: 25, batches: 4, exit_code: 0 })
  })

  it('tells machines what the rest would cost', async () => {
    write(25)
    const end = await run('--sample', '5', '--json')
    expect(JSON.parse(end.stdout)).toMatchObject({
      documents: 5,
      exit_code: 6,
      estimate: { records: 20, cost: '0.00012', tokens: 60 },
    })
  })

  it('may be drawn by chance, the same each time', async () => {
    write(1_000)
    await run('--sample', '5', '--seed', '7')
    const drawn = double.idsTaken()
    expect(drawn).toHaveLength(5)
    expect(drawn).not.toEqual(idsFrom(0, 5))
    await run('--sample', '5', '--seed', '7')
    expect(double.idsTaken()).toEqual(drawn)
  })

  it.each([
    ['y\n', 0, 12],
    ['n\n', 6, 2],
    ['\n', 6, 2],
    ['\u0004', 6, 2],
    ['\u0003', 6, 2],
  ])('on a terminal asks, and takes %j for its answer', async (answer, code, sent) => {
    write(12)
    const args = ['run', input, '--model', 'batch-4.1', '--base-url', double.url, '--sample', '2']
    const talk = { question: 'Send the rest? [y/N]', answer }
    const end = await runOnTerminal(args, talk, { HOLYSHEEP_API_KEY: goodKey })
    expect(end.screen).toContain(talk.question)
    expect(end.code).toBe(code)
    expect(double.idsTaken()).toHaveLength(sent)
  })

  it('of everything asks nothing', async () => {
    write(3)
    expect(await run('--sample', '10')).toMatchObject({ code: 0 })
    expect(folder.results(output)).toHaveLength(3)
  })

  it('is not taken where nobody could answer', async () => {
    const args = ['run', '-', '--model', 'm', '--sample', '1', '--out', folder.file('out.jsonl')]
    const end = await startCommand([...args, '--base-url', double.url, '--api-key', goodKey], { input: '' })
      .ended
    expect(end).toMatchObject({ code: 1 })
    expect(end.stderr).toContain('--yes')
  })
})

describe('a limit', () => {
  it('of cost cancels what runs, collects what is there, starts nothing more and ends with 5', async () => {
    write(60)
    const end = await run('--max-cost', '0.00001', '--json')
    expect(end).toMatchObject({ code: 5 })
    expect(end.stderr).toMatch(/Limit reached: the cost so far, \$0\.0000\d+, is above --max-cost/)
    const summary = JSON.parse(end.stdout)
    expect(summary).toMatchObject({ exit_code: 5, stopped: expect.stringContaining('--max-cost') })
    expect(double.idsTaken().length).toBeLessThanOrEqual(20)
    expect(folder.results(output)).toHaveLength(double.idsTaken().length)
    expect(end.stderr).toContain(`${60 - double.idsTaken().length} records have no result yet`)

    expect(await run()).toMatchObject({ code: 0 })
    expect(folder.results(output).map(({ custom_id, status }) => [custom_id, status])).toEqual(
      idsFrom(0, 60).map((id) => [id, 'succeeded']),
    )
    expect(double.idsTaken()).toHaveLength(60)
  })

  it('cancels the batches that still run', async () => {
    write(60)
    double.polls = Number.POSITIVE_INFINITY
    double.failedSoFar = 10
    double.decide = (id) => (id === 'doc-4' ? 'succeeded' : 'missing')
    const end = await run('--max-error-share', '0.5')
    expect(end).toMatchObject({ code: 5 })
    expect(double.batches.map(({ cancelled }) => cancelled)).toEqual([true, true])
    const statuses = folder
      .results(output)
      .map(({ custom_id, status, error }) => [custom_id, status, error?.code])
    expect(statuses).toHaveLength(20)
    expect(statuses[3]).toEqual(['doc-3', 'failed', 'cancelled'])
    expect(statuses[4]).toEqual(['doc-4', 'succeeded', undefined])
  })

  it('that the very last answer reaches has stopped nothing', async () => {
    write(5)
    expect(await run('--max-cost', '0.00001')).toMatchObject({ code: 0 })
  })

  it('of cost cannot be kept where nobody tells the cost', async () => {
    write(45)
    double.tellsCost = false
    double.models = [{ id: 'batch-4.1' }]
    const args = ['--api', 'native', '--max-cost', '1', '--parallel', '1']
    const end = await run(...args)
    expect(end).toMatchObject({ code: 5 })
    expect(end.stderr).toContain('--max-cost needs --input-price and --output-price')
    expect(double.batches).toHaveLength(1)
    expect(await run(...args, '--input-price', '2', '--output-price', '2')).toMatchObject({ code: 0 })
  })

  it('of errors is judged from twenty on', async () => {
    write(15)
    double.decide = () => 'failed'
    expect(await run('--max-error-share', '0.1')).toMatchObject({ code: 2 })
    write(60)
    const end = await run('--max-error-share', '0.1')
    expect(end).toMatchObject({ code: 5 })
    expect(end.stderr).toMatch(
      /Limit reached: 20 of 20 requests failed, which is above --max-error-share 0\.1/,
    )
    expect(end.stderr).toContain('20 failed: context_length_exceeded')
  })
})

describe('--retry-failed', () => {
  it('sends what failed, and nothing that is new', async () => {
    write(12)
    double.decide = (id) => (id === 'doc-3' || id === 'doc-11' ? 'failed' : 'succeeded')
    expect(await run()).toMatchObject({ code: 2 })
    write(15)
    double.decide = () => 'succeeded'
    const end = await run('--retry-failed')
    expect(end).toMatchObject({ code: 0 })
    expect(double.idsTaken().slice(12)).toEqual(['doc-3', 'doc-11'])
    expect(folder.results(output)).toHaveLength(12)
  })

  it('has nothing to do where nothing failed', async () => {
    write(3)
    await run()
    const end = await run('--retry-failed')
    expect(end).toMatchObject({ code: 0 })
    expect(end.stderr).toContain('has failed; nothing is left to send')
    expect(double.idsTaken()).toHaveLength(3)
  })
})
