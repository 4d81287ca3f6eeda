import fc from 'fast-check'
import { countTokens as countWithLibrary } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { countTokens, tokensOf } from './tokens.ts'

const library = (text: string) => countWithLibrary(text, { disallowedSpecial: new Set() })

describe('countTokens', () => {
  it('agrees with the library on any ASCII text', () => {
    const ascii = fc.string({ unit: 'binary-ascii', maxLength: 300 })
    fc.assert(
      fc.property(ascii, (text) => {
        expect(countTokens(text)).toBe(library(text))
      }),
      { numRuns: 1_000 },
    )
  })

  it('agrees with the library on words of any length and mixture of capitals', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'aeinrstAEZ  '), maxLength: 60 })
    fc.assert(
      fc.property(letters, (text) => {
        expect(countTokens(text)).toBe(library(text))
        // A second time, from what was learnt.
        expect(countTokens(text)).toBe(library(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('agrees with the library on words, capitals, contractions, numbers and blanks in any mixture', () => {
    const piece = fc.constantFrom(
      ...[
        'the',
        'The',
        'THE',
        'iPhone',
        "McDonald's",
        "don't",
        "WE'LL",
        "it's",
        "'tis",
        "'",
        "''",
        "a'b",
        "o'clock",
      ],
      ...[
        ' ',
        '  ',
        '\n',
        '\r\n',
        ' \n ',
        '\t',
        '.',
        ',',
        '(',
        ')',
        '...',
        '//',
        '/\n',
        '_x',
        '{"a":1}',
        '-',
      ],
      ...[
        '1',
        '12',
        '1234',
        '3.14',
        'x1',
        '1x',
        '<|endoftext|>',
        '안녕하세요 ',
        'é',
        'É',
        '😀',
        '\u0301',
        'naïve',
        '\0',
      ],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('')
        expect(countTokens(text)).toBe(library(text))
      }),
      { numRuns: 2_000 },
    )
  })

  it('counts nothing in nothing', () => {
    expect(countTokens('')).toBe(0)
  })

  it('cuts long runs, and counts them as it cuts them for the tokens themselves', () => {
    const run = 'a'.repeat(100_000)
    expect(countTokens(run)).toBe(tokensOf(run).length)
    expect(countTokens(' '.repeat(50_001))).toBe(tokensOf(' '.repeat(50_001)).length)
  })
})
