/** The configuration alone, for commands that start no server. */
export { readConfigFile, readConfigWithoutKeys, withoutFile } from './config-file.ts'
export { DEFAULT_SERVER } from './default-limits.ts'
export { configDifference, needsRestart } from './difference.ts'
export { ConfigError } from './file/fault.ts'
export { configJsonSchema } from './file/json-schema.ts'
export { shownConfig, shownYaml } from './file/shown.ts'
export { starterFile } from './file/starter.ts'
export type { LoadedConfig, ServerSettings } from './loaded-config.ts'
