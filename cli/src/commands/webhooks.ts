import { type Command, Option } from 'commander'
import type { AddWebhookOptions, ListOptions, RemoteOptions } from '../command-options.ts'
import { eventTypes, wholeNumber } from '../option-values.ts'
import { jsonOption, withServer } from './shared-options.ts'

const load = () => import('../webhooks/webhooks.ts')

export const addWebhooks = (program: Command) => {
  const webhooks = program.command('webhooks').description('Where a server sends events of batches.')
  listed(webhooks.command('list'))
    .description('The webhooks of this account, newest first.')
    .action(async (options: ListOptions) => (await load()).listWebhooks(options))
  withServer(webhooks.command('add <url>'))
    .description('Have events sent to an address; shows the secret that signs them, this once.')
    .option('--events <list>', 'such as completed,failed; default: how each batch ended', eventTypes)
    .addOption(new Option('--format <name>', 'default: standard').choices(['standard', 'slack']))
    .option('--description <text>', 'what it is for')
    .addOption(jsonOption())
    .action(async (url: string, options: AddWebhookOptions) => (await load()).addWebhook(url, options))
  withServer(webhooks.command('enable <id>'))
    .description('Call one again that was disabled.')
    .addOption(jsonOption())
    .action(async (id: string, options: RemoteOptions) =>
      (await load()).setWebhook(id, { enabled: true }, options),
    )
  withServer(webhooks.command('disable <id>'))
    .description('Call it no more; what it misses can be sent later by replay.')
    .addOption(jsonOption())
    .action(async (id: string, options: RemoteOptions) =>
      (await load()).setWebhook(id, { enabled: false }, options),
    )
  withServer(webhooks.command('remove <id>'))
    .description('Remove one, with what is on its way to it.')
    .addOption(jsonOption())
    .action(async (id: string, options: RemoteOptions) => (await load()).removeWebhook(id, options))
  withServer(webhooks.command('test <id>'))
    .description('Send it an event that is only a test.')
    .addOption(jsonOption())
    .action(async (id: string, options: RemoteOptions) => (await load()).testWebhook(id, options))
  listed(webhooks.command('deliveries <id>'))
    .description('What was sent to it, the newest event first.')
    .action(async (id: string, options: ListOptions) => (await load()).listDeliveries(id, options))
  withServer(webhooks.command('replay <id> <event>'))
    .description('Send an event once more.')
    .addOption(jsonOption())
    .action(async (id: string, event: string, options: RemoteOptions) =>
      (await load()).replayDelivery(id, event, options),
    )
}

const listed = (command: Command): Command =>
  withServer(command)
    .option('--limit <n>', 'so many', wholeNumber(1), 20)
    .option('--after <id>', 'those before this one')
    .addOption(jsonOption())
