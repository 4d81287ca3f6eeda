import { mkdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { parquetWriteFile } from 'hyparquet-writer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRunFolder, type RunFolder } from '../../testing/run-folder.ts'
import { openSource, type SourceSettings } from './open-source.ts'
import { scanInput } from './scan.ts'

let folder: RunFolder
beforeEach(() => {
  folder = createRunFolder()
})
afterEach(() => folder.remove())

const open = async (path: string, settings: SourceSettings = {}) => {
  const source = await openSource(path, settings)
  try {
    const { input, faults } = await scanInput(source, { template: undefined, field: undefined })
    const lines = readFileSync(source.path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    return {
      ids: input.ids,
      records: lines.map((line): unknown => JSON.parse(line)),
      faults: faults.shown.map(({ place, message }) => `${place.replace(`${folder.path}/`, '')}: ${message}`),
      notes: source.notes,
    }
  } finally {
    source.discard()
  }
}

describe('CSV', () => {
  const csv = (content: string | Uint8Array, settings: SourceSettings = {}) =>
    open(folder.write('in.csv', content), settings)

  it('has its header for fields, with quotes, line feeds in cells and a byte order mark', async () => {
    const read = await csv('\ufeffid,text,note\r\n1,"a ""b"", c",\r\n\r\n2,"two\nlines",x\r\n')
    expect(read.records).toEqual([
      { id: '1', text: 'a "b", c', note: '' },
      { id: '2', text: 'two\nlines', note: 'x' },
    ])
    expect(read.ids).toEqual(['1', '2'])
    expect(read.faults).toEqual([])
  })

  it.each([
    [';', 'id;text;"a, b, c, d"\na;b;c\n'],
    ['tab', 'id\ttext, more\tn\na\tb,c\t1\n'],
    ['|', 'id|text|"more, and, more"\na|b|c\n'],
  ])('finds out that the delimiter is %s', async (_name, content) => {
    expect((await csv(content)).records).toEqual([expect.objectContaining({ id: 'a' })])
  })

  it('takes the delimiter that it is told, and tabs in a .tsv', async () => {
    expect((await csv('text:n;m\na:b\n', { delimiter: ':' })).records).toEqual([{ text: 'a', 'n;m': 'b' }])
    const tsv = await open(folder.write('in.tsv', 'text,a\tb\nx\ty\n'))
    expect(tsv.records).toEqual([{ 'text,a': 'x', b: 'y' }])
  })

  it('names rows without an id by their number, and bad rows by their line', async () => {
    const read = await csv('text,n\n"one\nand more",1\ntwo\nthree,3\n ,4\nfive,"5"x\n')
    expect(read.ids).toEqual(['row-1', 'row-2'])
    expect(read.faults).toEqual([
      expect.stringMatching(/^in.csv:4: Invalid Record Length: .* got 1/),
      expect.stringMatching(/^in.csv:7: Invalid Closing Quote/),
      'in.csv:6: its prompt is empty',
    ])
  })

  it('says where a quote was opened that is never closed', async () => {
    expect((await csv('text\na\n"b\nc\nd\n')).faults).toEqual([
      'in.csv:3: a quote is opened here and never closed',
    ])
  })

  it('says which line is no text', async () => {
    expect((await csv(Buffer.from('text\na\n\x00b\n'))).faults).toEqual([
      'in.csv:3: it has a zero byte: this is no text file',
    ])
    const notUtf8 = Buffer.concat([Buffer.from('text\na\n'), Buffer.from([0xb0, 0xa1]), Buffer.from('\n')])
    expect((await csv(notUtf8)).faults).toEqual([
      expect.stringMatching(/^in.csv:3: it is not valid UTF-8.*euc-kr/),
    ])
    expect((await csv(notUtf8, { encoding: 'euc-kr' })).records).toEqual([{ text: 'a' }, { text: '가' }])
    expect((await csv(Buffer.from('\ufefftext\na\n', 'utf16le'))).faults).toEqual([
      expect.stringMatching(/^in.csv:1: it is UTF-16; save it as UTF-8/),
    ])
  })

  it('refuses two columns of one name', async () => {
    expect((await csv('text,text\na,b\n')).faults).toEqual(['in.csv:1: two columns are called "text"'])
  })

  it('gives back whatever another writer quotes', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', '\r', ' ', '한', '\t') })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), async (rows) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
        const content = rows.map((row) => row.map(quoted).join(',')).join('\r\n')
        const { records } = await csv(`"text","other"\r\n${content}`)
        expect(records).toEqual(rows.map(([text, other]) => ({ text, other })))
      }),
      { numRuns: 50 },
    )
  })

  it('may be compressed, and says so where it cannot be unpacked', async () => {
    const bytes = gzipSync(`text\n${'x'.repeat(5_000)}\n`)
    expect((await open(folder.write('in.csv.gz', bytes))).records).toEqual([{ text: 'x'.repeat(5_000) }])
    const cut = folder.write('cut.csv.gz', bytes.subarray(0, 30))
    await expect(open(cut)).rejects.toThrow('cut.csv.gz cannot be unpacked: unexpected end of file')
  })
})

describe('Parquet', () => {
  it('has its columns for fields; what JSON has no form for becomes text', async () => {
    const filename = folder.file('in.parquet')
    parquetWriteFile({
      filename,
      rowGroupSize: 2,
      columnData: [
        { name: 'text', data: ['a', '한글', 'c'], type: 'STRING' },
        { name: 'n', data: [1n, 2n ** 60n, null], type: 'INT64' },
        { name: 'x', data: [0.5, 1, 2], type: 'DOUBLE' },
        {
          name: 'raw',
          data: ['가', Buffer.from([0, 255]), 'b'].map((one) => Buffer.from(one)),
          type: 'BYTE_ARRAY',
        },
        { name: 'at', data: [new Date(0), new Date(1_000), new Date(2_000)], type: 'TIMESTAMP' },
      ],
    })
    const read = await open(filename)
    expect(read.records).toEqual([
      { text: 'a', n: 1, x: 0.5, raw: '가', at: '1970-01-01T00:00:00.000Z' },
      { text: '한글', n: '1152921504606846976', x: 1, raw: 'AP8=', at: '1970-01-01T00:00:01.000Z' },
      { text: 'c', n: null, x: 2, raw: 'b', at: '1970-01-01T00:00:02.000Z' },
    ])
    expect(read.ids).toEqual(['row-1', 'row-2', 'row-3'])
  })

  it('says so where it is none', async () => {
    const [fault] = (await open(folder.write('in.parquet', 'text,n\na,1\n'))).faults
    expect(fault).toMatch(/^in.parquet: it cannot be read as Parquet: /)
  })

  it('names a bad row', async () => {
    const filename = folder.file('in.parquet')
    parquetWriteFile({ filename, columnData: [{ name: 'text', data: ['a', ' '], type: 'STRING' }] })
    expect((await open(filename)).faults).toEqual(['in.parquet, row 2: its prompt is empty'])
  })
})

describe('a folder', () => {
  it('gives a record for each text file, by name, and says what it left out', async () => {
    mkdirSync(folder.file('docs/sub'), { recursive: true })
    folder.write('docs/b.md', '# B')
    folder.write('docs/a.txt', 'A')
    folder.write('docs/sub/c.TXT', 'C')
    folder.write('docs/picture.png', Buffer.from([0x89, 0]))
    const read = await open(folder.file('docs'))
    expect(read.records).toEqual([
      { id: 'a.txt', content: 'A', filename: 'a.txt' },
      { id: 'b.md', content: '# B', filename: 'b.md' },
      { id: 'sub/c.TXT', content: 'C', filename: 'c.TXT' },
    ])
    expect(read.notes).toEqual(['1 other file was left out: picture.png'])
  })

  it('names the files that are empty or no text', async () => {
    mkdirSync(folder.file('docs'))
    folder.write('docs/a.txt', Buffer.from([0x61, 0x0a, 0xff]))
    folder.write('docs/b.txt', '\n')
    folder.write('docs/c.txt', 'C')
    const read = await open(folder.file('docs'))
    expect(read.faults).toEqual([
      expect.stringMatching(/^docs\/a.txt:2: it is not valid UTF-8/),
      'docs/b.txt: its prompt is empty',
    ])
    expect(read.ids).toEqual(['c.txt'])
  })
})

describe('lines of text', () => {
  it('are records, named by their number in the file', async () => {
    const read = await open(folder.write('in.txt', 'one\r\n\n{"three"}'))
    expect(read.records).toEqual([{ text: 'one' }, { text: '{"three"}' }])
    expect(read.ids).toEqual(['line-1', 'line-3'])
  })
})

describe('the format', () => {
  it('is what was said, before what the name says', async () => {
    const path = folder.write('in.jsonl', 'a,text\n1,x\n')
    expect((await open(path, { format: 'csv' })).records).toEqual([{ a: '1', text: 'x' }])
  })

  it.each<[string, SourceSettings, string]>([
    ['in.jsonl', { delimiter: ';' }, '--delimiter is for CSV, and the input is jsonl.'],
    ['in.parquet', { encoding: 'euc-kr' }, '--encoding is for CSV and text, and the input is parquet.'],
    ['in.jsonl', { format: 'folder' }, 'in.jsonl is no folder'],
    ['gone.jsonl', {}, 'gone.jsonl does not exist'],
  ])('of %s with %j is refused', async (name, settings, words) => {
    if (name !== 'gone.jsonl') folder.write(name, '')
    await expect(open(folder.file(name), settings)).rejects.toThrow(words)
  })
})
