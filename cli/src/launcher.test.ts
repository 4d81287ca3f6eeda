import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { launcher, startCommand } from './testing/run-command.ts'

const versionOf = (node: string) => execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()

const oldNode = ['/usr/bin/node', '/usr/local/bin/node']
  .filter((path) => existsSync(path))
  .find((path) => Number(/^v(\d+)/.exec(versionOf(path))?.[1]) < 24)

const nodes = [
  { name: 'this Node', node: process.execPath },
  ...(oldNode ? [{ name: `the machine's ${versionOf(oldNode)}`, node: oldNode }] : []),
]

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sheepfold-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.each(nodes)('the launcher on $name', ({ node }) => {
  it('works by absolute path, by relative path from a sub-folder, and through a link', async () => {
    const cwd = dirname(import.meta.dirname)
    const link = join(folder, 'sheepfold')
    symlinkSync(launcher, link)
    for (const command of [launcher, relative(cwd, launcher), link]) {
      const end = await startCommand(['--help'], { node, command, cwd }).ended
      expect(end).toMatchObject({ code: 0, stderr: '' })
      expect(end.stdout).toContain('Usage: sheepfold')
    }
  })

  it('keeps the exit code', async () => {
    const end = await startCommand(['no-such-command'], { node }).ended
    expect(end.code).toBe(1)
    expect(end.stderr).toContain('no-such-command')
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on', async (signal) => {
    const { child, ended } = startCommand(['simulate', '--port', '0'], { node })
    child.stdout?.once('data', () => child.kill(signal))
    expect(await ended).toMatchObject({ code: 0, signal: null })
  })

  it('ends by the signal that ended the command', async () => {
    const { child, ended } = startCommand(['simulate', '--port', '0'], { node })
    child.stdout?.once('data', () => child.kill('SIGHUP'))
    expect(await ended).toMatchObject({ code: null, signal: 'SIGHUP' })
  })
})

describe('the launcher elsewhere', () => {
  const copyTo = (root: string) => {
    mkdirSync(root, { recursive: true })
    cpSync(launcher, join(root, 'bin', 'sheepfold.js'))
    writeFileSync(join(root, 'package.json'), '{"type":"module"}')
    return join(root, 'bin', 'sheepfold.js')
  }

  it('runs the bundle where it is installed, even if the sources are there', async () => {
    const root = join(folder, 'node_modules', 'sheepfold')
    const command = copyTo(root)
    for (const [path, text] of [
      ['src/main.ts', 'sources'],
      ['dist/main.js', 'bundle'],
    ] as const) {
      mkdirSync(dirname(join(root, path)))
      writeFileSync(join(root, path), `console.log('${text}', process.argv[2])`)
    }
    expect(await startCommand(['x'], { command }).ended).toMatchObject({ code: 0, stdout: 'bundle x\n' })
  })

  it('says that it is incomplete', async () => {
    const end = await startCommand([], { command: copyTo(folder) }).ended
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toContain('is missing')
  })

  it.skipIf(!oldNode)('says which Node it needs where there is only an old one', async () => {
    const command = copyTo(folder)
    mkdirSync(join(folder, 'dist'))
    writeFileSync(join(folder, 'dist', 'main.js'), '')
    const end = await startCommand([], { command, node: oldNode ?? '' }).ended
    expect(end).toMatchObject({ code: 1, stdout: '' })
    expect(end.stderr).toContain('Node 24 or newer is needed; this is 20.')
  })
})
