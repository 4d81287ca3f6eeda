import type { ServeOptions } from './command-options.ts'

export const serve = async (_options: ServeOptions): Promise<void> => {
  throw new Error('serve is not built in this checkout yet')
}
