import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import type {
  CreateKeyOptions,
  DataOptions,
  DemoOptions,
  RunOptions,
  ServeOptions,
  SimulateOptions,
} from './command-options.ts'
import { exitCodesHelp } from './exit-codes.ts'
import { commaList, decimal, duration, instant, jsonObject, wholeNumber } from './option-values.ts'

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
  addDemo(program)
  addServe(program)
  addSimulate(program)
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

const endWith = (code: number | undefined) => {
  if (code !== undefined) process.exitCode = code
}

const dataOption = () =>
  new Option('--data <dir>', 'where the server keeps everything').env('SHEEPFOLD_DATA').default('.sheepfold')

const jsonOption = () => new Option('--json', 'for machines')

const port = wholeNumber(0, 65_535)

const addServe = (program: Command) =>
  program
    .command('serve')
    .description('Start the gateway; it is ready when it prints its address.')
    .option('--config <file>', 'deployments, models, prices, limits')
    .addOption(dataOption())
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0 takes a free one', port, 8787)
    .addOption(
      new Option('--role <role>', 'what this process does').choices(['all', 'api', 'worker']).default('all'),
    )
    .option('--drain <seconds>', 'at SIGTERM, time for calls in flight', wholeNumber(0, 86_400), 10)
    .option('--simulate', 'put the simulator behind every model: no provider account is needed')
    .action(async (options: ServeOptions) => (await import('./serve.ts')).serve(options))

const addSimulate = (program: Command) =>
  program
    .command('simulate')
    .description('Start the simulator of the providers alone, all on one port.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0 takes a free one', port, 8788)
    .option('--latency <ms>', 'time to the first byte of each answer', wholeNumber(0))
    .option(
      '--spread <ms>',
      'the latency lies evenly between latency - spread and latency + spread',
      wholeNumber(0),
    )
    .option('--seed <n>', 'what answers, latencies and faults by rate are drawn from', wholeNumber(0))
    .option('--faults <file>', 'JSON: a list of faults, or an object with faults, models, defaults, keys')
    .action(async (options: SimulateOptions) => (await import('./simulate.ts')).simulate(options))

const addKeys = (program: Command) => {
  const keys = program.command('keys').description('Make, list and revoke keys, beside a running server too.')
  keys
    .command('create')
    .description('Make a key; it is shown this once.')
    .option('--name <name>', 'what it is for')
    .option('--models <a,b>', 'the models that it may use; default: all', commaList)
    .option('--expires <when>', 'for example 30d or 2027-01-31; default: never', instant)
    .option('--account <id>', 'whose it is; default: the first account')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: CreateKeyOptions) => (await import('./keys.ts')).createKey(options))
  keys
    .command('list')
    .description('Show the keys, never their secret part.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: DataOptions) => (await import('./keys.ts')).listKeys(options))
  keys
    .command('revoke <id>')
    .description('Refuse a key from now on; batches that run go on.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (id: string, options: DataOptions) => (await import('./keys.ts')).revokeKey(id, options))
}

const addAudit = (program: Command) =>
  program
    .command('audit')
    .description('Prove that the books are right.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: DataOptions) => endWith(await (await import('./audit.ts')).audit(options)))

const addDemo = (program: Command) =>
  program
    .command('demo')
    .description('A nightly job of 6,000 real texts through a gateway of its own, with simulated providers.')
    .option('--out <dir>', 'where the results go', 'demo-results')
    .action(async (options: DemoOptions) => endWith(await (await import('./demo/demo.ts')).demo(options)))

const addRun = (program: Command) =>
  program
    .command('run <file>')
    .description(
      'Send the records of a JSONL file (or .jsonl.gz) as batches, and write the results in their order.',
    )
    .requiredOption('--model <model>', 'for example batch-4.1')
    .addOption(
      new Option('--prompt <template>', 'with {field} for the fields of a record').conflicts('field'),
    )
    .option('--system <text>', 'a system prompt for every record')
    .option('--task <preset>', 'a preset of the server, for example summarization')
    .option('--field <name>', "the field that is the prompt; default: the record's prompt, content or text")
    .addOption(
      new Option('--base-url <url>', 'the server').env('SHEEPFOLD_BASE_URL').default('http://127.0.0.1:8787'),
    )
    .option('--api-key <key>', 'default: SHEEPFOLD_API_KEY or HOLYSHEEP_API_KEY of the environment')
    .option('--out <file>', 'results; default: FILE.results.jsonl beside the input')
    .option('--checkpoint <file>', 'what is processed; default: OUT.checkpoint.json')
    .option('--chunk <n>', 'records a batch', wholeNumber(1, 1_000_000), 1_000)
    .option('--parallel <n>', 'batches at a time', wholeNumber(1, 64), 4)
    .option('--max-tokens <n>', 'longest answer', wholeNumber(1))
    .option('--temperature <x>', 'from 0 to 2', decimal(0, 2))
    .option('--options <json>', 'more sampling options, as the server takes them', jsonObject)
    .addOption(
      new Option('--timeout <duration>', 'give up waiting for one batch after this: 90s, 30m, 2h')
        .argParser(duration)
        .default(7_200_000, '2h'),
    )
    .option('--json', 'print the summary as one JSON object')
    .addHelpText('after', `${exitCodesHelp}\n${runFilesHelp}`)
    .action(async (file: string, options: RunOptions) =>
      endWith(await (await import('./run/run.ts')).run(file, options)),
    )

const runFilesHelp = `
A record's id is its custom_id, else its id, else line-N. Files beside the results:
  OUT.checkpoint.json         {"processed_ids":[…],"last_updated":"…"}: what succeeded is not sent again
  OUT.checkpoint.json.chunks  batches that were sent and are not collected yet
  OUT.work                    results as they come in, until OUT is written in input order
After a crash or a kill, the same command goes on where it was. To start over, remove these three.`
