import { describe, expect, it } from 'vitest'
import { delimiter, encoding, eventTypes, usd } from './option-values.ts'

describe('option values', () => {
  it('reads amounts exactly', () => {
    expect([usd('5'), usd('5.00'), usd('0.000000001')]).toEqual([5_000_000_000n, 5_000_000_000n, 1n])
    for (const text of ['-1', '$5', '5,00', '', '0.0000000001']) expect(() => usd(text)).toThrow('like 5.00')
  })

  it('reads events with or without their prefix, each once', () => {
    expect(eventTypes('failed, batch.completed')).toEqual(['batch.completed', 'batch.failed'])
    for (const text of ['', 'done', 'failed,failed', 'failed,']) {
      expect(() => eventTypes(text)).toThrow('created, cancelling, completed')
    }
  })

  it('reads delimiters by sign or by name', () => {
    expect(['tab', '\\t', ';', '|'].map(delimiter)).toEqual(['\t', '\t', ';', '|'])
    for (const text of ['', ';;', '"', '\n']) expect(() => delimiter(text)).toThrow('one character')
  })

  it('reads encodings whose lines can be told apart', () => {
    expect(encoding('EUC-KR')).toBe('euc-kr')
    expect(encoding('utf8')).toBe('utf-8')
    for (const text of ['utf-16le', 'klingon']) expect(() => encoding(text)).toThrow('euc-kr')
  })
})
