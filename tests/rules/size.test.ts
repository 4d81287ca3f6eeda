import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isTest, root, sourcesBelow } from './sources.ts'

/** At this size it is asked whether two ideas live in one file. */
const LINES_MAX = 400
const folders = ['gateway', 'client', 'simulator', 'cli', 'bench', 'tests']

describe('the repository', () => {
  it(`has no source file of more than ${LINES_MAX} lines`, () => {
    const sources = folders.flatMap(sourcesBelow)
    expect(sources.length).toBeGreaterThan(200)
    const long = sources
      .filter((source) => !isTest(source))
      .map(({ path, text }) => `${path}: ${text.trimEnd().split('\n').length}`)
      .filter((line) => Number(line.split(': ')[1]) > LINES_MAX)
    expect(long).toEqual([])
  })

  it('has no address of a registry in its lockfile', () => {
    const lockfile: { packages: Record<string, { resolved?: string }> } = JSON.parse(
      readFileSync(join(root, 'package-lock.json'), 'utf8'),
    )
    const addresses = Object.entries(lockfile.packages)
      .filter(([, { resolved = '' }]) => /^[a-z+]+:\/\//.test(resolved))
      .map(([name]) => name)
    expect(addresses).toEqual([])
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^omit-lockfile-registry-resolved=true$/m)
  })

  it('is tested by the Node that it brings, and not by the one of the machine', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect(process.versions.node).toBe(devDependencies.node)
    expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(26)
  })
})
