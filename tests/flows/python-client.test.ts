import { execFile, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SimulatorServer, startSimulator } from '@sheepfold/simulator'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type TempDir, tempDir } from '../support/temp-dir.ts'

const python = spawnSync('python3', ['--version']).status === 0
if (!python) console.warn('python3 is missing: the unchanged Python client of the native API is not run.')

const script = join(import.meta.dirname, 'python-client', 'nightly_job.py')

interface Line {
  readonly custom_id: string
  readonly index: number
  readonly output: string
}

describe.runIf(python)('the unchanged Python client', () => {
  let simulator: SimulatorServer
  let server: TestGateway
  let folder: TempDir
  let out: string
  let checkpoint: string

  beforeAll(async () => {
    simulator = await startSimulator({ defaults: { firstByteMs: 50 } })
    server = await openGateway({ provider: simulator.url })
  })

  afterAll(async () => {
    await server.stop()
    await simulator.close()
  })

  beforeEach(() => {
    folder = tempDir()
    out = join(folder.path, 'out.jsonl')
    checkpoint = join(folder.path, 'checkpoint.json')
    return () => folder[Symbol.dispose]()
  })

  const run = (args: string[], env: Record<string, string> = {}) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const child = execFile(
        'python3',
        [script, ...args],
        {
          env: {
            PATH: process.env.PATH,
            HOME: process.env.HOME,
            PYTHONIOENCODING: 'utf-8',
            BASE_URL: server.url,
            HOLYSHEEP_API_KEY: server.key,
            // In the field 30; the long poll makes the first look the last one.
            POLL_SECONDS: '0.1',
            CHECKPOINT_FILE: checkpoint,
            ...env,
          },
        },
        (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      )
    })

  const lines = (): Line[] =>
    readFileSync(out, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): Line => JSON.parse(line))

  const ids = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => `doc_${String(from + n).padStart(4, '0')}`)

  it.each(['input', 'tasks'])('gets every document answered, in order, with the body %s', async (dialect) => {
    const end = await run([dialect, '1200', out])
    expect(end.stderr).toBe('')
    expect(end.code).toBe(0)
    expect(end.stdout.match(/submitted batch_\w+: in_progress, 0%/g)).toHaveLength(3)
    expect(lines().map((line) => line.custom_id)).toEqual(ids(0, 1_200))
    const written: unknown = JSON.parse(readFileSync(checkpoint, 'utf8'))
    expect(written).toEqual({ processed_ids: ids(0, 1_200), last_updated: expect.any(String) })
  })

  it('goes on after its checkpoint', async () => {
    const content = { processed_ids: ids(0, 30), last_updated: '2026-01-01T00:00:00' }
    writeFileSync(checkpoint, JSON.stringify(content))
    const end = await run(['tasks', '40', out])
    expect(end.stdout).toContain('30 processed before, 10 to do')
    expect(lines().map((line) => line.custom_id)).toEqual(ids(30, 40))
  })

  it('does not sleep where the long poll told it that the batch has ended', async () => {
    // With one sleep of its own it would not come back before the test gives up.
    const end = await run(['tasks', '50', out], { POLL_SECONDS: '100000' })
    expect(end.code).toBe(0)
    expect(lines()).toHaveLength(50)
  })

  it('is told about a bad key and too large a batch in the words that it knows', async () => {
    const refused = await run(['tasks', '1', out], { HOLYSHEEP_API_KEY: 'sk-holysheep-wrong' })
    expect(refused).toMatchObject({ code: 1, stderr: 'unauthorized: Invalid or expired API key\n' })
    const tooMany = await run(['tasks', '1500', out], { CHUNK: '1500' })
    expect(tooMany.code).toBe(1)
    expect(tooMany.stderr).toContain(
      'batch_size_exceeded: {"error": "batch_size_exceeded", "max_allowed": 1000',
    )
  })
})
