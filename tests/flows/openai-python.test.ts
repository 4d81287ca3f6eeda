import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'
import { type TempDir, tempDir } from '../support/temp-dir.ts'

const PACKAGE = 'openai==3.57.0'

const folder: TempDir = tempDir()
const library = join(folder.path, 'library')
const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--retries', '0']
const installed =
  spawnSync('python3', [...pip, '--timeout', '10', '--target', library, PACKAGE], { encoding: 'utf8' })
    .status === 0
if (!installed) {
  console.warn(
    `${PACKAGE} cannot be installed here (no python3, or no PyPI): OpenAI's Python client is not run.`,
  )
}

const script = join(import.meta.dirname, 'python-client', 'openai_batches.py')

describe.runIf(installed)("OpenAI's own Python client", () => {
  let provider: FakeProvider
  let server: TestGateway

  beforeAll(async () => {
    provider = await startFakeProvider()
    provider.refuse('refuse me')
    server = await openGateway({
      provider: provider.url,
      adapt: (config) => ({ ...config, webhooks: { ...config.webhooks, allowedHosts: ['127.0.0.1'] } }),
    })
  })

  afterAll(async () => {
    await server.stop()
    await provider.close()
    folder[Symbol.dispose]()
  })

  it('does all that it can do with files, uploads, batches and models', async () => {
    const [stranger, narrow] = await Promise.all([
      server.newKey({ account: 'acct_other' }),
      server.newKey({ account: 'acct_narrow', models: ['batch-pro'] }),
    ])
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PYTHONPATH: library,
      PYTHONIOENCODING: 'utf-8',
      BASE_URL: server.url,
      API_KEY: server.key,
      STRANGER_KEY: stranger.secret,
      NARROW_KEY: narrow.secret,
    }
    const end = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      execFile('python3', [script], { env }, (_error, stdout, stderr) => resolve({ stdout, stderr }))
    })
    expect(end.stderr).toBe('')
    expect(end.stdout.trimEnd().split('\n')).toEqual([
      'files',
      'uploads',
      'batches',
      'failed_batches',
      'retries_of_error_files',
      'models',
      'typed_errors',
      'lost_replies',
      'webhooks',
    ])
  })
})
