import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { parquetWriteFile } from 'hyparquet-writer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { goodKey, type NativeDouble, startNativeDouble } from '../testing/native-double.ts'
import { startCommand } from '../testing/run-command.ts'
import { createRunFolder, documentsOf, idsFrom, type RunFolder } from '../testing/run-folder.ts'

let double: NativeDouble
let folder: RunFolder

beforeEach(async () => {
  double = await startNativeDouble()
  folder = createRunFolder()
})

afterEach(async () => {
  await double.close()
  folder.remove()
})

const startOn = (input: string, args: readonly string[], standardInput?: string | Uint8Array) =>
  startCommand(['run', input, '--model', 'batch-4.1', '--base-url', double.url, '--chunk', '10', ...args], {
    env: { HOLYSHEEP_API_KEY: goodKey },
    ...(standardInput === undefined ? {} : { input: standardInput }),
  })

const run = (input: string, ...args: string[]) => startOn(input, args).ended

const outputs = (name: string) => folder.results(name).map(({ output }) => output)

describe('a run over', () => {
  it('CSV fills its template from the columns, and names its rows', async () => {
    const input = folder.write('in.csv', 'title;author\n"One; two";A\nThree;"B\nC"\n')
    expect(await run(input, '--prompt', '{title} by {author}')).toMatchObject({ code: 0 })
    expect(outputs('in.results.jsonl')).toEqual([
      'answer to row-1: One; two by A',
      'answer to row-2: Three by B\nC',
    ])
  })

  it('Parquet reads its rows', async () => {
    const input = folder.file('in.parquet')
    const columnData = [
      { name: 'id', data: ['x', 'y'], type: 'STRING' as const },
      { name: 'text', data: ['one', 'two'], type: 'STRING' as const },
    ]
    parquetWriteFile({ filename: input, columnData })
    expect(await run(input)).toMatchObject({ code: 0 })
    expect(outputs('in.results.jsonl')).toEqual(['answer to x: one', 'answer to y: two'])
  })

  it('a folder reads its files, and puts the results beside it', async () => {
    mkdirSync(folder.file('docs'))
    folder.write('docs/b.md', 'B')
    folder.write('docs/a.txt', 'A')
    folder.write('docs/c.pdf', '%PDF')
    const end = await run(`${folder.file('docs')}/`, '--prompt', '{filename}: {content}')
    expect(end).toMatchObject({ code: 0 })
    expect(end.stderr).toContain('1 other file was left out: c.pdf')
    expect(outputs('docs.results.jsonl')).toEqual(['answer to a.txt: a.txt: A', 'answer to b.md: b.md: B'])
  })

  it('standard input takes JSONL, or what it is told', async () => {
    const out = ['--out', folder.file('out.jsonl')]
    expect(await startOn('-', out, '{"id":"a","text":"one"}\n').ended).toMatchObject({ code: 0 })
    expect(outputs('out.jsonl')).toEqual(['answer to a: one'])
    const csv = ['--out', folder.file('csv.jsonl'), '--format', 'csv']
    expect(await startOn('-', csv, 'id,text\nb,two\n').ended).toMatchObject({ code: 0 })
    expect(outputs('csv.jsonl')).toEqual(['answer to b: two'])
    const lines = ['--out', folder.file('lines.jsonl'), '--format', 'text']
    expect(await startOn('-', lines, 'three\n\nfour').ended).toMatchObject({ code: 0 })
    expect(outputs('lines.jsonl')).toEqual(['answer to line-1: three', 'answer to line-3: four'])
  })

  it('standard input needs a name for the results', async () => {
    const end = await startOn('-', [], '{"text":"one"}\n').ended
    expect(end).toMatchObject({ code: 1 })
    expect(end.stderr).toContain('--out')
    expect(double.creates).toHaveLength(0)
  })

  it('bad rows names them and sends nothing', async () => {
    const input = folder.write('in.csv', 'id,text\na,x\nb\n"c\nd",y\na,z\n')
    const end = await run(input)
    expect(end).toMatchObject({ code: 1 })
    expect(end.stderr).toContain('in.csv:3: Invalid Record Length')
    expect(end.stderr).toMatch(/in\.csv:6: its id "a" is that of .*in\.csv:2/)
    expect(double.creates).toHaveLength(0)
  })

  it.each(['csv', 'stdin'])('%s that is killed goes on where it was', async (kind) => {
    const ids = idsFrom(0, 25)
    const content = `id,text\n${ids.map((id) => `${id},text of ${id}\n`).join('')}`
    const input = kind === 'csv' ? folder.write('in.csv', content) : '-'
    const args = ['--format', 'csv', '--out', folder.file('out.jsonl')]
    const start = () => startOn(input, args, kind === 'csv' ? undefined : content)
    const { child, ended } = start()
    double.after = ({ kind: request }) => request === 'create' && child.kill('SIGKILL')
    expect(await ended).toMatchObject({ signal: 'SIGKILL' })
    double.after = () => false
    expect(await start().ended).toMatchObject({ code: 0 })
    expect(double.idsTaken().sort()).toEqual(ids.toSorted())
    expect(folder.results('out.jsonl').map(({ custom_id }) => custom_id)).toEqual(ids)
  })
})

describe('the results', () => {
  const awkward = 'a "quote", a comma;\r\nand 한글'

  beforeEach(() => {
    folder.writeRecords('in.jsonl', [
      { id: 'a', text: 'one', n: 1, good: true, status: 'mine', tags: ['x'] },
      { id: 'b', text: 'two', n: 2.5, good: false, more: 'only here' },
      { id: 'c', text: 'three', n: null },
    ])
    double.answer = () => awkward
    double.decide = (id) => (id === 'c' ? 'failed' : 'succeeded')
  })

  const readCsv = (name: string): Record<string, string>[] => {
    const script =
      'import csv,json,sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1],newline="",encoding="utf-8")))))'
    return JSON.parse(execFileSync('python3', ['-c', script, folder.file(name)], { encoding: 'utf8' }))
  }

  const readParquet = async (name: string) => {
    const file = await asyncBufferFromFile(folder.file(name))
    const rows = await parquetReadObjects({ file, compressors })
    const { schema } = await parquetMetadataAsync(file)
    return {
      rows,
      types: new Map(schema.map(({ name, type, converted_type }) => [name, converted_type ?? type])),
    }
  }

  it('as CSV are read by another reader', async () => {
    expect(await run(folder.file('in.jsonl'), '--out', folder.file('out.csv'))).toMatchObject({ code: 2 })
    expect(readCsv('out.csv')).toEqual([
      expect.objectContaining({ custom_id: 'a', status: 'succeeded', output: awkward, cost_usd: '0.000006' }),
      expect.objectContaining({ custom_id: 'b', status: 'succeeded', total_tokens: '3', error_code: '' }),
      expect.objectContaining({ custom_id: 'c', output: '', error_code: 'context_length_exceeded' }),
    ])
    expect(Object.keys(readCsv('out.csv')[0] ?? {})[0]).toBe('custom_id')
  })

  it("as CSV can have the input's fields", async () => {
    const args = ['--out', folder.file('out.csv'), '--join']
    expect(await run(folder.file('in.jsonl'), ...args)).toMatchObject({ code: 2 })
    expect(readCsv('out.csv')).toEqual([
      expect.objectContaining({
        id: 'a',
        n: '1',
        good: 'true',
        input_status: 'mine',
        tags: '["x"]',
        more: '',
      }),
      expect.objectContaining({ id: 'b', n: '2.5', good: 'false', status: 'succeeded', more: 'only here' }),
      expect.objectContaining({ id: 'c', n: '', status: 'failed' }),
    ])
  })

  it('as Parquet have types, and exact money', async () => {
    const args = ['--out', folder.file('out.parquet'), '--join', 'n,good,tags']
    expect(await run(folder.file('in.jsonl'), ...args)).toMatchObject({ code: 2 })
    const { rows, types } = await readParquet('out.parquet')
    expect(rows).toEqual([
      expect.objectContaining({
        n: 1,
        good: true,
        tags: '["x"]',
        custom_id: 'a',
        output: awkward,
        total_tokens: 3n,
      }),
      expect.objectContaining({ n: 2.5, good: false, tags: null, custom_id: 'b', error_code: null }),
      expect.objectContaining({
        n: null,
        custom_id: 'c',
        output: null,
        error_code: 'context_length_exceeded',
      }),
    ])
    expect(rows[0]).not.toHaveProperty('text')
    expect([types.get('n'), types.get('good'), types.get('cost_usd')]).toEqual([
      'DOUBLE',
      'BOOLEAN',
      'DECIMAL',
    ])
    expect(rows[0]?.cost_usd).toBeCloseTo(0.000006, 12)
  })

  it('as Parquet have the properties of answers that keep to a schema', async () => {
    const properties = { mood: { type: 'string' }, score: { type: 'integer' }, why: { type: 'array' } }
    const schema = folder.write(
      'schema.json',
      JSON.stringify({ type: 'object', properties, required: ['mood'] }),
    )
    double.answer = (id) => (id === 'a' ? '{"mood":"good","score":5,"why":["x"]}' : 'no')
    const args = ['--out', folder.file('out.parquet'), '--schema', schema]
    expect(await run(folder.file('in.jsonl'), ...args)).toMatchObject({ code: 2 })
    const { rows, types } = await readParquet('out.parquet')
    expect(rows).toEqual([
      expect.objectContaining({ answer_mood: 'good', answer_score: 5n, answer_why: '["x"]' }),
      expect.objectContaining({ answer_mood: null, status: 'invalid', error_code: 'schema_mismatch' }),
      expect.objectContaining({ answer_mood: null, status: 'failed' }),
    ])
    expect(types.get('answer_score')).toBe('INT64')
  })

  it('as Parquet may be many', async () => {
    const ids = idsFrom(0, 25_000)
    folder.writeRecords('in.jsonl', documentsOf(ids))
    double.decide = () => 'succeeded'
    const args = ['--out', folder.file('out.parquet'), '--chunk', '1000', '--json']
    expect(await run(folder.file('in.jsonl'), ...args)).toMatchObject({ code: 0 })
    const { rows } = await readParquet('out.parquet')
    expect(rows.map(({ custom_id }) => custom_id)).toEqual(ids)
  })

  it("as JSONL can have the input's fields, all or some", async () => {
    await run(folder.file('in.jsonl'), '--out', folder.file('all.jsonl'), '--join')
    expect(folder.results('all.jsonl')[1]).toMatchObject({
      custom_id: 'b',
      output: awkward,
      input: { id: 'b', text: 'two', n: 2.5, good: false, more: 'only here' },
    })
    await run(folder.file('in.jsonl'), '--out', folder.file('some.jsonl'), '--join', 'n,more')
    expect(folder.results('some.jsonl').map(({ input }) => input)).toEqual([
      { n: 1, more: null },
      { n: 2.5, more: 'only here' },
      { n: null, more: null },
    ])
  })

  it.each([
    [['--out', 'out.xlsx'], 'out.xlsx; its name must end with .jsonl, .ndjson, .csv or .parquet'],
    [['--join', 'n,nowhere'], '--join names the field nowhere, which no record has'],
  ])('with %j are refused before anything is sent', async (args, words) => {
    const end = await run(folder.file('in.jsonl'), ...args)
    expect(end).toMatchObject({ code: 1 })
    expect(end.stderr).toContain(words)
    expect(double.creates).toHaveLength(0)
  })

  it('that failed are sent again, and the CSV is written anew with all', async () => {
    const args = ['--out', folder.file('out.csv')]
    expect(await run(folder.file('in.jsonl'), ...args)).toMatchObject({ code: 2 })
    double.decide = () => 'succeeded'
    double.answer = () => 'later'
    expect(await run(folder.file('in.jsonl'), ...args)).toMatchObject({ code: 0 })
    expect(readCsv('out.csv').map(({ custom_id, output }) => [custom_id, output])).toEqual([
      ['a', awkward],
      ['b', awkward],
      ['c', 'later'],
    ])
  })
})
