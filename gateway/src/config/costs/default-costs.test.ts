import { describe, expect, it } from 'vitest'
import { costAt } from '../../money/cost-book.ts'
import { formatUsd } from '../../money/nano.ts'
import { DEFAULT_COSTS } from './default-costs.ts'

const at = (book: string, written: string) => {
  const entry = costAt(DEFAULT_COSTS, book, Date.parse(written))
  return (
    entry && {
      list: [entry.list.cachedInput, entry.list.input, entry.list.output].map(formatUsd),
      batch: [entry.batch.cachedInput, entry.batch.input, entry.batch.output].map(formatUsd),
    }
  )
}

describe('the costs that we bring', () => {
  it.each([
    ['GPT-4.1', 'gpt-4.1', ['0.5', '2', '8'], ['0.25', '1', '4']],
    ['Claude Sonnet 4.5', 'claude-sonnet-4-5', ['0.3', '3', '15'], ['0.15', '1.5', '7.5']],
    [
      'Gemini 2.5 Flash, whose cache costs the same in a batch',
      'gemini-2.5-flash',
      ['0.03', '0.3', '2.5'],
      ['0.03', '0.15', '1.25'],
    ],
  ])('of %s are half in a batch', (_, book, list, batch) => {
    const told = at(book, '2026-11-25T00:00:00Z')
    expect(told?.list.map(Number)).toEqual(list.map(Number))
    expect(told?.batch.map(Number)).toEqual(batch.map(Number))
  })

  it.each([
    ['a workday morning', '2026-11-27T02:00:00Z', 1.2],
    ['a workday evening', '2026-11-27T12:00:00Z', 0.6],
    ['a Saturday', '2026-11-28T02:00:00Z', 0.6],
    ['a holiday', '2026-10-05T02:00:00Z', 0.6],
    ['a Saturday before the week had an end', '2026-09-05T02:00:00Z', 1.32],
    ['a time without peaks', '2026-05-01T02:00:00Z', 0.28],
  ])('of DeepSeek are those of the hour: %s', (_, written, output) => {
    expect(Number(at('deepseek-flash', written)?.list[2])).toBe(output)
  })

  it('change on their day, and stay what they were before it', () => {
    expect(Number(at('gemini-3.8-flash', '2026-12-31T23:59:59Z')?.list[1])).toBe(0.75)
    expect(Number(at('gemini-3.8-flash', '2027-01-01T00:00:00Z')?.list[1])).toBe(1.5)
    expect(at('gpt-5.6-terra', '2026-01-01T00:00:00Z')).toBeUndefined()
  })

  it('name where each figure is from, and when it was read', () => {
    const entries = [...DEFAULT_COSTS.values()].flat()
    expect(entries.every(({ source, checkedOn }) => source !== '' && checkedOn !== undefined)).toBe(true)
  })
})
