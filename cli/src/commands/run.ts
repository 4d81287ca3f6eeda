import { type Command, Option } from 'commander'
import type { RunOptions } from '../command-options.ts'
import { exitCodesHelp } from '../exit-codes.ts'
import {
  commaList,
  decimal,
  delimiter,
  duration,
  encoding,
  jsonObject,
  usd,
  wholeNumber,
} from '../option-values.ts'
import { inputFormats } from '../run/input/format.ts'
import { endWith, serverOptions } from './shared-options.ts'

export const addRun = (program: Command) => {
  const command = program
    .command('run <input>')
    .description(
      'Send records as batches and write their results in the same order. INPUT is a file of JSONL, CSV or ' +
        'lines of text (each also .gz), a Parquet file, a folder of .txt and .md files, or - for standard input.',
    )
    .requiredOption('--model <model>', 'for example batch-4.1')
  for (const [group, options] of groups()) {
    command.optionsGroup(group)
    for (const option of options) command.addOption(option)
  }
  return command
    .addHelpText('after', `${exitCodesHelp}\n${runHelp}`)
    .action(async (input: string, options: RunOptions) =>
      endWith(await (await import('../run/run.ts')).run(input, options)),
    )
}

const groups = (): [group: string, options: Option[]][] => [
  ['Input:', inputOptions()],
  ['Request:', requestOptions()],
  ['Server:', transportOptions()],
  ['Results:', resultOptions()],
  ['Cost and care:', careOptions()],
]

const inputOptions = () => [
  new Option('--format <format>', 'default: as the name ends; jsonl where that says nothing').choices(
    inputFormats,
  ),
  new Option('--delimiter <character>', 'of CSV; default: what the header has of , ; tab |').argParser(
    delimiter,
  ),
  new Option('--encoding <name>', 'of CSV and text; default: utf-8').argParser(encoding),
]

const requestOptions = () => [
  new Option('--prompt <template>', 'with {field} for the fields of a record').conflicts([
    'field',
    'promptFile',
  ]),
  new Option('--prompt-file <file>', 'the template, from a file').conflicts('field'),
  new Option('--field <name>', "the field that is the prompt; default: the record's prompt, content or text"),
  new Option('--system <text>', 'a system prompt for every record').conflicts('systemFile'),
  new Option('--system-file <file>', 'the system prompt, from a file'),
  new Option('--task <preset>', 'a preset of the server, for example summarization'),
  new Option('--schema <file>', 'a JSON schema that answers are asked to keep to, and checked against'),
  new Option('--max-tokens <n>', 'longest answer').argParser(wholeNumber(1)),
  new Option('--temperature <x>', 'from 0 to 2').argParser(decimal(0, 2)),
  new Option('--options <json>', 'more sampling options, as the server takes them').argParser(jsonObject),
  new Option(
    '--lossy <word>',
    'what becomes of records with options that the provider has no word for; default: as the server says',
  ).choices(['refuse', 'warn']),
]

const transportOptions = () => [
  ...serverOptions(),
  new Option('--api <dialect>', "native, or OpenAI's files and batches; auto asks the server")
    .choices(['auto', 'native', 'openai'])
    .default('auto'),
  new Option('--chunk <n>', 'records a batch; default: 1000, with openai 50000').argParser(
    wholeNumber(1, 1_000_000),
  ),
  new Option('--parallel <n>', 'batches at a time').argParser(wholeNumber(1, 64)).default(4),
  new Option(
    '--timeout <duration>',
    'give up waiting for one batch after this: 90s, 30m, 2h; default: 2h, with openai 25h',
  ).argParser(duration),
]

const resultOptions = () => [
  new Option('--out <file>', 'results, as .jsonl, .csv or .parquet; default: INPUT.results.jsonl'),
  new Option('--join [fields]', "add the input's fields, or these: a,b").argParser(commaList),
  new Option('--checkpoint <file>', 'what is processed; default: OUT.checkpoint.json'),
  new Option('--json', 'print the summary as one JSON object'),
]

const careOptions = () => [
  new Option('--dry-run', 'check the input, count tokens, tell the price; nothing is sent').conflicts([
    'sample',
    'retryFailed',
  ]),
  new Option(
    '--context <tokens>',
    'what the model takes, for --dry-run where the server does not tell',
  ).argParser(wholeNumber(1)),
  new Option('--sample <n>', 'send so many first, show them, tell what all would cost, and ask').argParser(
    wholeNumber(1),
  ),
  new Option('--seed <n>', 'draw the sample by chance instead of taking the first').argParser(wholeNumber(0)),
  new Option('--yes', 'go on after the sample without asking'),
  new Option('--retry-failed', 'send only what failed in an earlier run').conflicts('sample'),
  new Option('--max-cost <usd>', 'stop when it is exceeded, for example 5.00').argParser(usd),
  new Option(
    '--max-error-share <x>',
    'stop when more fail, for example 0.2; judged from 20 requests on',
  ).argParser(decimal(0, 1)),
  new Option('--input-price <usd>', 'per million tokens, where the server does not tell').argParser(usd),
  new Option('--output-price <usd>', 'per million tokens, where the server does not tell').argParser(usd),
]

const runHelp = `
A record's id is its custom_id, else its id, else line-N (row-N of CSV and Parquet, the path of a file).
The answers of --schema: "json" has the parsed answer; one that is no JSON or does not keep to the schema has
the status invalid, keeps its text, counts as failed and is asked for again by the next run.

Files beside the results:
  OUT.checkpoint.json         {"processed_ids":[…],"last_updated":"…"}: what succeeded is not sent again
  OUT.checkpoint.json.chunks  batches that were sent and are not collected yet
  OUT.work                    results as they come in, until OUT is written in input order
  OUT.spool                   copies of what is unpacked, uploaded and downloaded, while it runs
  OUT.lines.jsonl             the results behind a CSV, Parquet or joined OUT
After a crash or a kill, the same command goes on where it was. To start over, remove these.

--max-cost and --max-error-share cancel the running batches, collect what they finished, write OUT and end
with 5. A server tells the cost of a running batch some seconds late, and calls in flight are still paid, so
a little more than --max-cost may be spent.`
