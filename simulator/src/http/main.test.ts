import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sheepfold-simulator-'))
})

afterAll(() => rm(folder, { recursive: true }))

const run = (...args: readonly string[]) => {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.setEncoding('utf8')
  child.stderr.setEncoding('utf8')
  return child
}

describe('main', () => {
  it('runs alone with a file of faults, and ends at SIGTERM', async () => {
    const file = join(folder, 'faults.json')
    await writeFile(file, '[{"kind":"payment_required"}]')
    const child = run('--port', '0', '--latency', '0', '--seed', '4', '--faults', file)
    const [line] = await once(child.stdout, 'data')
    const url = /^simulator listening on (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(String(line))?.[1]
    const body = JSON.stringify({ model: 'gpt-4.1', messages: [{ role: 'user', content: 'hi' }] })
    const answer = await request(`${url}/v1/chat/completions`, { method: 'POST', body })
    expect(answer.statusCode).toBe(402)
    await answer.body.dump()
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it.each([
    [['--port', 'http'], '--port: http is not a whole number'],
    [['--prot', '1'], "Unknown option '--prot'"],
    [['--faults', '/nowhere.json'], '/nowhere.json'],
  ])('says what is wrong with %j', async (args, message) => {
    const child = run(...args)
    let text = ''
    child.stderr.on('data', (chunk: string) => {
      text += chunk
    })
    expect(await once(child, 'close')).toEqual([2, null])
    expect(text).toContain(message)
  })

  it('names the wrong fields of a file', async () => {
    const file = join(folder, 'wrong.json')
    await writeFile(file, '{"faults":[{"kind":"hang","rates":1}],"sede":1}')
    const child = run('--faults', file)
    let text = ''
    child.stderr.on('data', (chunk: string) => {
      text += chunk
    })
    await once(child, 'close')
    expect(text).toContain(`${file}:\n  faults[0].rates: unknown field`)
    expect(text).toContain('  sede: unknown field')
  })
})
