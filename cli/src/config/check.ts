import { ConfigError, readConfigFile, readConfigWithoutKeys } from '@sheepfold/gateway/config'
import type { CheckConfigOptions } from '../command-options.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { DEFAULT_CONFIG } from './config-path.ts'

/** Says everything that is wrong with a file; 0 where nothing is. */
export const checkConfig = (path = DEFAULT_CONFIG, { keys }: CheckConfigOptions): ExitCode => {
  try {
    const read = keys ? readConfigFile : readConfigWithoutKeys
    const { deployments } = read(path, process.env).config
    const models = [...new Set(deployments.map(({ model }) => model))]
    console.log(
      `${path} is valid. Deployments: ${deployments.length}; models served: ${models.join(', ') || 'none'}.`,
    )
    return exitCodes.ok
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    return exitCodes.usage
  }
}
