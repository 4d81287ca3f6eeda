import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addAudit } from './commands/audit.ts'
import { addBatches } from './commands/batches.ts'
import { addConfig } from './commands/config.ts'
import { addDemo } from './commands/demo.ts'
import { addFiles } from './commands/files.ts'
import { addKeys } from './commands/keys.ts'
import { addRun } from './commands/run.ts'
import { addServe } from './commands/serve.ts'
import { addSimulate } from './commands/simulate.ts'
import { addWebhooks } from './commands/webhooks.ts'

/**
 * The table of commands. A command's module is loaded when it is asked for, so that `--help` and `run`
 * do not pay for a server.
 */
export const buildProgram = (): Command => {
  const program = new Command('sheepfold')
    .description('A batch API gateway for large language models: the server, and what talks to it.')
    .version(ownVersion())
    .showHelpAfterError('(--help says what is allowed)')
  addRun(program)
  addBatches(program)
  addFiles(program)
  addWebhooks(program)
  addDemo(program)
  addServe(program)
  addSimulate(program)
  addConfig(program)
  addKeys(program)
  addAudit(program)
  return program
}

/** `package.json` is one folder up from the sources and from the bundle. */
const ownVersion = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? `${manifest.version}`
    : ''
}
