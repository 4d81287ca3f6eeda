import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { root } from '../rules/sources.ts'
import { complaints, readAudit, readExceptions } from './support/advisories.ts'

/** What is installed with Sheepfold: known, unchanged, under licences that allow it, without known holes. */

const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8')

const lockfile = z
  .object({
    packages: z.record(
      z.string(),
      z.object({
        link: z.boolean().optional(),
        integrity: z.string().optional(),
        resolved: z.string().optional(),
        license: z.string().optional(),
        dev: z.boolean().optional(),
        hasInstallScript: z.boolean().optional(),
      }),
    ),
  })
  .parse(JSON.parse(read('package-lock.json')))

const locked = Object.entries(lockfile.packages).filter(
  ([path, { link }]) => path.includes('node_modules/') && link !== true,
)

const manifest = z.object({
  workspaces: z.array(z.string()).default([]),
  allowScripts: z.record(z.string(), z.boolean()).default({}),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
})

const main = manifest.parse(JSON.parse(read('package.json')))

describe('every package', () => {
  it('has a hash in the lockfile, and comes from whatever registry is set and nowhere else', () => {
    expect(locked.length).toBeGreaterThan(100)
    const bad = locked.filter(
      ([, { integrity = '', resolved }]) =>
        !/^sha512-[\w+/]{86}==$/.test(integrity) || resolved !== undefined,
    )
    expect(bad.map(([path]) => path)).toEqual([])
  })

  it('is asked for in one version, and not in whatever fits', () => {
    const ranges = ['.', ...main.workspaces].flatMap((folder) => {
      const { dependencies, devDependencies, optionalDependencies, peerDependencies } = manifest.parse(
        JSON.parse(read(folder, 'package.json')),
      )
      return [dependencies, devDependencies, optionalDependencies, peerDependencies]
        .flatMap((each) => Object.entries(each))
        .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${folder}: ${name} ${version}`)
    })
    expect(ranges).toEqual([])
  })

  it('runs nothing when it is installed, but for those that are known to', () => {
    const withScript = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''))
    expect(withScript.toSorted()).toEqual(Object.keys(main.allowScripts).toSorted())
  })
})

/** They ask for no more than to be named. */
const LICENCES = [
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
]

describe('what is shipped', () => {
  const shipped = locked.filter(([, { dev }]) => dev !== true)

  it('is under a licence that allows it', () => {
    const bad = shipped.filter(([, { license = 'none' }]) => !LICENCES.includes(license))
    expect(bad.map(([path, { license }]) => `${path}: ${license}`)).toEqual([])
  })

  it('has no serious hole that is known', { timeout: 120_000 }, async (context) => {
    const exceptions = readExceptions(read('tests', 'security', 'advisories.json'))
    const audit = readAudit(await npmAudit())
    if (audit.kind === 'unreachable') {
      const note = `npm audit was not answered, so known holes were not looked for: ${audit.why}`
      console.warn(note)
      return context.skip(note)
    }
    expect(complaints(audit.advisories, exceptions, new Date().toISOString().slice(0, 10))).toEqual([])
  })
})

/** It ends with an error where it finds something, and says what it has found all the same. */
const npmAudit = (): Promise<string> => {
  const args = ['audit', '--omit=dev', '--json', '--fetch-retries=0', '--fetch-timeout=60000']
  return new Promise((resolve, reject) => {
    execFile('npm', args, { cwd: root, maxBuffer: 64 * 1_048_576 }, (error, stdout) => {
      if (stdout.trim() === '') reject(error ?? new Error('npm audit says nothing'))
      else resolve(stdout)
    })
  })
}

describe('an advisory', () => {
  const one = (severity: string) => ({
    auditReportVersion: 2,
    vulnerabilities: {
      direct: { via: ['inner'] },
      inner: {
        via: [
          {
            url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
            severity,
            title: 'A hole',
            name: 'inner',
          },
        ],
      },
    },
  })
  const exception = { id: 'GHSA-aaaa-bbbb-cccc', reason: 'It is in a function that we never call.' }

  const complaintsAbout = (severity: string, exceptions: object[] = []): string[] => {
    const audit = readAudit(JSON.stringify(one(severity)))
    if (audit.kind !== 'report') throw new Error(audit.why)
    return complaints(audit.advisories, readExceptions(JSON.stringify(exceptions)), '2026-11-27')
  }

  it.each(['high', 'critical'])('that is %s is complained about', (severity) => {
    expect(complaintsAbout(severity)).toEqual([`GHSA-aaaa-bbbb-cccc (${severity}) of inner: A hole`])
  })

  it.each(['low', 'moderate'])('that is %s is not', (severity) => {
    expect(complaintsAbout(severity)).toEqual([])
  })

  it('can be excepted with a reason, until a day', () => {
    expect(complaintsAbout('high', [{ ...exception, until: '2026-11-27' }])).toEqual([])
    expect(complaintsAbout('high', [{ ...exception, until: '2026-11-26' }])).toHaveLength(1)
    expect(() => complaintsAbout('high', [exception])).toThrow()
    expect(() => complaintsAbout('high', [{ ...exception, reason: '', until: '2026-11-27' }])).toThrow()
  })

  it('that is gone takes its exception with it', () => {
    expect(complaintsAbout('low', [{ ...exception, until: '2026-12-01' }])).toEqual([
      'the exception GHSA-aaaa-bbbb-cccc is not needed',
    ])
  })

  it('is looked for where the registry answers, and only there', () => {
    expect(readAudit('{"message":"405 Method Not Allowed","error":{}}')).toEqual({
      kind: 'unreachable',
      why: '405 Method Not Allowed',
    })
    expect(() => readAudit('{"vulnerabilities":[]}')).toThrow()
  })
})
