import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'

/** One of the official Python clients. */
export interface PythonClient {
  /** False where there is no python3, or no PyPI: then a line says that its tests are left out. */
  readonly isInstalled: boolean
  /** Runs a script of `tests/flows/python-client` with it. */
  run(
    script: string,
    env: Readonly<Record<string, string>>,
  ): Promise<{ readonly stdout: string; readonly stderr: string }>
}

const SCRIPTS = join(import.meta.dirname, '..', 'flows', 'python-client')
const PIP = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--retries', '0']

/** Installs a package, by its exact version, below a folder that ends with the test. */
export const pythonClient = (packageName: string, folder: string): PythonClient => {
  const library = join(folder, 'library')
  const { status } = spawnSync('python3', [...PIP, '--timeout', '10', '--target', library, packageName], {
    encoding: 'utf8',
  })
  const isInstalled = status === 0
  if (!isInstalled) {
    console.warn(`${packageName} cannot be installed here (no python3, or no PyPI): it is not run.`)
  }
  return {
    isInstalled,
    run: (script, env) =>
      new Promise((resolve) => {
        const { PATH, HOME } = process.env
        const python = { PATH, HOME, PYTHONPATH: library, PYTHONIOENCODING: 'utf-8' }
        execFile(
          'python3',
          [join(SCRIPTS, script)],
          { env: { ...python, ...env } },
          (_error, stdout, stderr) => resolve({ stdout, stderr }),
        )
      }),
  }
}
