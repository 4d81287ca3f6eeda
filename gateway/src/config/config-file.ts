import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Deployment } from '../provider/deployment.ts'
import type { Config } from './config.ts'
import { configOf } from './default-config.ts'
import { environmentDeployments } from './default-deployments.ts'
import { DEFAULT_SERVER } from './default-limits.ts'
import type { Environment } from './environment.ts'
import { checkConfigFile } from './file/check.ts'
import type { ConfigFile } from './file/schema.ts'
import { configFrom, endpointOf } from './file/to-config.ts'
import type { LoadedConfig, ServerSettings } from './loaded-config.ts'
import { MAKERS } from './protocols.ts'
import { publicUrlFrom } from './public-url.ts'

/**
 * A file of configuration, read and checked as a whole.
 * @throws ConfigError with every fault that it has.
 */
export const readConfigFile = (path: string, env: Environment): LoadedConfig =>
  loadedConfig(checkConfigFile(bytesOf(path), path, env), path, env)

/**
 * The same without a look at the keys of providers: deployments have none. For those who run beside the
 * server, or who show or simulate it.
 */
export const readConfigWithoutKeys = (path: string, env: Environment): LoadedConfig => {
  const file = checkConfigFile(bytesOf(path), path, undefined)
  return loadedConfig(file, path, withEveryKey(file, env))
}

/** What holds where there is no file: providers come from the environment. */
export const withoutFile = (env: Environment): LoadedConfig => {
  const config = { ...configOf(environmentDeployments(env)), publicUrl: publicUrlFrom(env) }
  return { config, server: defaultServer(), keyNames: keyNamesOf(config, undefined) }
}

const bytesOf = (path: string): Uint8Array => {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Error(
      `cannot read the configuration ${path}: ${error instanceof Error ? error.message : error}`,
    )
  }
}

const loadedConfig = (file: ConfigFile, path: string, env: Environment): LoadedConfig => {
  const config = configFrom(file, env)
  return { config, server: serverSettings(file, path), keyNames: keyNamesOf(config, file) }
}

const serverSettings = ({ server }: ConfigFile, path: string): ServerSettings => ({
  host: server.host,
  port: server.port,
  // A file is moved with what it names.
  dataDir: server.data === undefined ? DEFAULT_SERVER.data : resolve(dirname(path), server.data),
  drainSeconds: server.drain_seconds,
})

const defaultServer = (): ServerSettings => {
  const { data: dataDir, ...server } = DEFAULT_SERVER
  return { ...server, dataDir }
}

const keyNamesOf = ({ deployments }: Config, file: ConfigFile | undefined): Map<string, string> => {
  const named = file?.deployments?.map((each) => [each.id, endpointOf(each, file).api_key_env ?? ''] as const)
  return new Map(named ?? deployments.map((each) => [each.id, environmentKeyName(each)] as const))
}

const environmentKeyName = ({ provider }: Deployment): string =>
  provider === 'compatible' ? '' : MAKERS[provider].keyVariable

const withEveryKey = (file: ConfigFile, env: Environment): Environment => {
  const names = (file.deployments ?? []).map((each) => endpointOf(each, file).api_key_env ?? '')
  return { ...env, ...Object.fromEntries(names.map((name) => [name, 'not looked at'])) }
}
