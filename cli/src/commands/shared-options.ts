import { type Command, Option } from 'commander'

export const dataOption = () =>
  new Option(
    '--data <dir>',
    'where the server keeps everything; default: what sheepfold.yaml says, else .sheepfold',
  ).env('SHEEPFOLD_DATA')

export const jsonOption = () => new Option('--json', 'for machines')

/** A command that tells its outcome in a code leaves it for when everything is written. */
export const endWith = (code: number | undefined): void => {
  if (code !== undefined) process.exitCode = code
}

/** Of commands that talk to a server. */
export const serverOptions = () => [
  new Option('--base-url <url>', 'the server, with or without /v1')
    .env('SHEEPFOLD_BASE_URL')
    .default('http://127.0.0.1:8787'),
  new Option('--api-key <key>', 'default: SHEEPFOLD_API_KEY or HOLYSHEEP_API_KEY of the environment'),
]

export const withServer = (command: Command): Command => {
  for (const option of serverOptions()) command.addOption(option)
  return command
}
