import { describe, expect, it } from 'vitest'
import { errorForLog } from './error-for-log.ts'

const thrownBy = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('an error in the log', () => {
  it('says its kind, its code, its message and where it came from', () => {
    const error = Object.assign(new TypeError('no such thing'), { code: 'ENOENT' })
    expect(errorForLog(error)).toEqual({
      type: 'TypeError',
      code: 'ENOENT',
      message: 'no such thing',
      stack: expect.stringMatching(/^at .*error-for-log\.test\.ts/),
    })
  })

  it('does not quote what a parser of JSON was given', () => {
    const error = thrownBy(() => JSON.parse('{"prompt": MARK}'))
    expect(String(error)).toContain('MARK')
    expect(JSON.stringify(errorForLog(error))).not.toContain('MARK')
  })

  it('leaves out what hangs on it, and keeps its causes', () => {
    const cause = Object.assign(new Error('refused'), { detail: 'Key (prompt)=(MARK)', headers: 'MARK' })
    const logged = errorForLog(new Error('the store failed', { cause }))
    expect(logged).toMatchObject({ message: 'the store failed', cause: { message: 'refused' } })
    expect(JSON.stringify(logged)).not.toContain('MARK')
  })

  it('is cut, message and stack', () => {
    const logged = errorForLog(new Error(`${'x'.repeat(100_000)}\n    at MARK (forged.ts)`))
    expect(JSON.stringify(logged).length).toBeLessThan(20_000)
    expect(logged.stack).not.toContain('MARK')
  })

  it('has an end, also where causes make a circle', () => {
    const error = new Error('first')
    error.cause = new Error('second', { cause: error })
    expect(JSON.stringify(errorForLog(error)).match(/"message"/g)).toHaveLength(4)
  })

  it('that is none says what was thrown in its place', () => {
    expect(errorForLog('MARK')).toEqual({ type: 'string' })
  })
})
