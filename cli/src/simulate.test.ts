import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startCommand } from './testing/run-command.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sheepfold-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('sheepfold simulate', () => {
  it('answers with the faults of its file, and keeps a tape', async () => {
    const faults = join(folder, 'faults.json')
    writeFileSync(faults, '[{"kind":"unavailable","nth":1}]')
    const { child, ended } = startCommand(['simulate', '--port', '0', '--latency', '5', '--faults', faults])
    const [line] = await once(child.stdout ?? child, 'data')
    const url = /^simulator listening on (http:\S+)/.exec(String(line))?.[1]
    const ask = () =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk-any' },
        body: '{"model":"gpt-4.1","messages":[{"role":"user","content":"Hello"}]}',
      })
    expect((await ask()).status).toBe(503)
    expect((await ask()).status).toBe(200)
    const tape = await (await fetch(`${url}/_simulator/tape`)).text()
    expect(tape.trimEnd().split('\n')).toHaveLength(2)
    child.kill('SIGTERM')
    expect((await ended).code).toBe(0)
  })

  it('names what is wrong in the file of faults', async () => {
    const faults = join(folder, 'faults.json')
    writeFileSync(faults, '[{"kind":"earthquake"}]')
    const end = await startCommand(['simulate', '--port', '0', '--faults', faults]).ended
    expect(end.code).toBe(1)
    expect(end.stderr).toContain('earthquake')
  })
})
