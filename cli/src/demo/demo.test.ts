import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { demo } from './demo.ts'
import { startGateway } from './gateway-process.ts'
import { loadJobs } from './jobs.ts'

const serveDouble = [fileURLToPath(new URL('../testing/serve-double.ts', import.meta.url))]

let folder: string
const printed: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sheepfold-test-'))
  // The demo's own folder for data is made below this one, so that what it leaves behind is seen.
  vi.stubEnv('TMPDIR', folder)
  printed.length = 0
  vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(String(text)))
  vi.spyOn(console, 'error').mockImplementation(() => {})
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

describe('the demo', () => {
  it('sends its sample, prints the figures of each job and of both, and leaves only the results', async () => {
    const out = join(folder, 'out')
    expect(await demo({ out }, serveDouble)).toBe(0)
    const text = printed.join('\n')
    expect(text).toMatch(/documents +reviews-ko +total/)
    expect(text).toMatch(/documents +1,000 +5,000 +6,000/)
    expect(text).toMatch(/success rate( +100\.00 %){3}/)
    expect(text).toContain('npx sheepfold serve --simulate')
    expect(readdirSync(folder)).toEqual(['out'])
    const [first] = readFileSync(join(out, 'documents.results.jsonl'), 'utf8').split('\n')
    const [job] = await loadJobs()
    const body = job?.bodies[0]?.body
    const item = body && 'tasks' in body ? body.tasks[0] : undefined
    expect(JSON.parse(first ?? '')).toMatchObject({
      custom_id: item?.custom_id,
      output: `answer to ${item?.custom_id}: ${item?.prompt}`,
    })
    expect(readFileSync(join(out, 'reviews-ko.results.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(
      5_000,
    )
  })

  it('says why its gateway did not start, and leaves nothing', async () => {
    vi.stubEnv('SHEEPFOLD_DOUBLE_BROKEN', 'no room on the disk')
    await expect(demo({ out: join(folder, 'out') }, serveDouble)).rejects.toThrow('no room on the disk')
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('the gateway of the demo', () => {
  it('is reached at the address that it prints, and is gone after stop', async () => {
    const gateway = await startGateway({ command: serveDouble, data: folder, apiKey: 'sk-holysheep-demo' })
    const ask = () =>
      fetch(`${gateway.url}/v1/models`, { headers: { authorization: 'Bearer sk-holysheep-demo' } })
    expect((await ask()).status).toBe(200)
    await gateway.stop()
    await expect(ask()).rejects.toThrow()
  })
})

describe('the sample', () => {
  it('is cut into the bodies that existing clients send', async () => {
    const [documents, reviews] = await loadJobs()
    expect(documents?.bodies.map(({ documents: count }) => count)).toEqual([500, 500])
    expect(reviews?.bodies.map(({ documents: count }) => count)).toEqual([1000, 1000, 1000, 1000, 1000])
    expect(reviews?.bodies[0]?.body).toMatchObject({
      model: 'batch-flash-3.5',
      task: 'classification',
      input: expect.arrayContaining([
        { role: 'user', content: { id: expect.any(String), content: expect.stringMatching(/\p{L}/u) } },
      ]),
    })
  })
})
