import { readConfigWithoutKeys, shownConfig, shownYaml, withoutFile } from '@sheepfold/gateway/config'
import type { ShowConfigOptions } from '../command-options.ts'
import { configPath } from './config-path.ts'

/** Prints what holds, in the words of a file: written to one, it means the same. */
export const showConfig = (named: string | undefined, { json }: ShowConfigOptions): void => {
  const path = configPath(named)
  const loaded = path === undefined ? withoutFile(process.env) : readConfigWithoutKeys(path, process.env)
  const from = path ?? 'no file: what Sheepfold brings, and the environment'
  const text = json
    ? JSON.stringify(shownConfig(loaded), null, 2)
    : `# The effective configuration, from ${from}\n${shownYaml(loaded).trimEnd()}`
  console.log(text)
}
