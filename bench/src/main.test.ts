import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { rows } from './rows/index.ts'

const main = fileURLToPath(import.meta.resolve('./main.ts'))

test('the command lists every row', () => {
  const listed = execFileSync(process.execPath, [main, '--list'], { encoding: 'utf8' })
  expect(listed.trimEnd().split('\n')).toEqual(rows.map(({ name, what }) => `${name}: ${what}`))
})

test('names of rows are unique', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length)
})

test('an unknown row is refused with the names that there are', () => {
  const { status, stderr } = spawnSync(process.execPath, [main, '--rows', 'nope'], { encoding: 'utf8' })
  expect(status).toBe(2)
  expect(stderr).toContain('--rows: no nope; there are durable-rate, ')
})
