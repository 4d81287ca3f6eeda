import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configOf } from '../../gateway/src/config/default-config.ts'
import { root } from './sources.ts'

/** What SECURITY.md promises is tested where it says so, and its figures are those of the code. */

const page = readFileSync(join(root, 'SECURITY.md'), 'utf8')

/** The cells of the table below a heading. */
const rowsBelow = (heading: string): string[][] =>
  (page.split(`## ${heading}\n`)[1] ?? '')
    .split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    ) ?? []

describe('the page on security', () => {
  it('names a test that is there for each promise', () => {
    const promises = rowsBelow('What is promised')
    expect(promises.length).toBeGreaterThan(10)
    for (const [promise, tests = ''] of promises) {
      const paths = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
      expect([promise, paths.length > 0, paths.filter((path) => !existsSync(join(root, path)))]).toEqual([
        promise,
        true,
        [],
      ])
    }
  })

  it('has the limits that the configuration begins with', () => {
    const { connections, intake, files, messageBatches, execute } = configOf([])
    const mib = (bytes: number): string => `${bytes / 1_048_576} MiB`
    const limits = Object.fromEntries(rowsBelow('Limits').map(([what, limit]) => [what, limit]))
    expect(limits).toMatchObject({
      'until the headers are whole': `${connections.headersMs / 1_000} s`,
      'until the body is whole': `${connections.requestMs / 1_000} s`,
      'a body that is not sent, an answer that is not taken': `${connections.stalledMs / 1_000} s`,
      'an idle connection': `${connections.keepAliveMs / 1_000} s`,
      connections: `${connections.max}, and 64 for probes`,
      'the body of a create, of one request in it or of an ordinary call': `${mib(intake.bodyBytesMax)}, ${mib(intake.itemBytesMax)}`,
      'the body of a create of messages, one request in it': `${mib(messageBatches.bytesMax)}, ${mib(messageBatches.requestBytesMax)}`,
      'an uploaded file, a line of it': `${mib(files.bytesMax)}, ${mib(files.lineBytesMax)}`,
      'lists and objects within each other': `${intake.depthMax}`,
      "a provider's answer, its headers": `${mib(execute.answerBytesMax)}, 64 KiB`,
    })
  })
})
