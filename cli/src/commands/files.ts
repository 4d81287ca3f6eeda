import type { Command } from 'commander'
import type { ContentOptions, ListFilesOptions, RemoteOptions, UploadOptions } from '../command-options.ts'
import { wholeNumber } from '../option-values.ts'
import { jsonOption, withServer } from './shared-options.ts'

export const addFiles = (program: Command) => {
  const files = program.command('files').description("The files of a server with OpenAI's dialect.")
  withServer(files.command('list'))
    .description('The files of this key, newest first.')
    .option('--purpose <name>', 'for example batch or batch_output')
    .option('--limit <n>', 'so many', wholeNumber(1), 20)
    .option('--after <id>', 'those before this one')
    .addOption(jsonOption())
    .action(async (options: ListFilesOptions) => (await import('../files/list-files.ts')).listFiles(options))
  withServer(files.command('show <id>'))
    .description('What the server says of a file.')
    .addOption(jsonOption())
    .action(async (id: string, options: RemoteOptions) =>
      (await import('../files/files.ts')).showFile(id, options),
    )
  withServer(files.command('upload <file>'))
    .description('Upload a file.')
    .option('--purpose <name>', 'what it is for', 'batch')
    .addOption(jsonOption())
    .action(async (path: string, options: UploadOptions) =>
      (await import('../files/files.ts')).uploadFile(path, options),
    )
  withServer(files.command('content <id>'))
    .description('The bytes of a file.')
    .option('--out <file>', 'default: standard output')
    .action(async (id: string, options: ContentOptions) =>
      (await import('../files/files.ts')).fileContent(id, options),
    )
  withServer(files.command('delete <id>'))
    .description('Delete a file; batches that use it go on.')
    .addOption(jsonOption())
    .action(async (id: string, options: RemoteOptions) =>
      (await import('../files/files.ts')).deleteFile(id, options),
    )
}
