import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FILE_FAULT_CODES } from '../../gateway/src/intake/file/line-faults.ts'
import { ERRORS } from '../../gateway/src/server/errors.ts'
import { errorsManual } from '../../gateway/src/server/errors-manual.ts'
import { isTest, root, sourcesBelow } from './sources.ts'

/** One table of errors: what is thrown, what the table holds and what the manual says are the same set. */

const tables = [
  'gateway/src/server/errors.ts',
  'gateway/src/intake/faults.ts',
  'gateway/src/intake/file/line-faults.ts',
]
const table = { ...ERRORS, ...FILE_FAULT_CODES }
const code = ['gateway/src/server', 'gateway/src/intake']
  .flatMap(sourcesBelow)
  .filter((source) => !isTest(source))

/** Codes as they are written where an error is made. */
const THROWN = /(?:new ApiError\(\s*|\bcode: |super\(\s*|\bfail\(\s*|\brefuse\([^,]*,\s*)'([a-z][a-z0-9_]*)'/g

const thrown = new Set(code.flatMap(({ text }) => [...text.matchAll(THROWN)].map(([, name = '']) => name)))
/** Some codes come to their error through a table of their own. */
const named = code.filter(({ path }) => !tables.includes(path)).map(({ text }) => text)

describe('the table of errors', () => {
  it('holds every code that is thrown', () => {
    expect(thrown.size).toBeGreaterThan(20)
    expect([...thrown].filter((name) => !Object.hasOwn(table, name))).toEqual([])
  })

  it('holds no code that nothing throws', () => {
    const isUsed = (name: string) => thrown.has(name) || named.some((text) => text.includes(`'${name}'`))
    expect(Object.keys(table).filter((name) => !isUsed(name))).toEqual([])
  })

  it('says of each whether a retry can help, as its status does', () => {
    for (const [name, { status, retry, text }] of Object.entries(ERRORS)) {
      expect([name, status]).toEqual([name, expect.any(Number)])
      expect([name, retry]).toEqual([
        name,
        status >= 500 || status === 408 || status === 429 ? 'later' : 'no',
      ])
      expect(text).toMatch(/^[A-Z].*\.$/)
    }
  })

  it('is what the manual says: `npm run manual` writes it', () => {
    expect(readFileSync(join(root, 'docs', 'errors.md'), 'utf8')).toBe(errorsManual())
  })
})
