import { existsSync } from 'node:fs'

/** In the current folder, it is used without being named. */
export const DEFAULT_CONFIG = 'sheepfold.yaml'

/** The file that is used, or none. `named` is what --config says, or false for --no-config. */
export const configPath = (named: string | false | undefined): string | undefined => {
  if (named === false) return undefined
  return named ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined)
}
