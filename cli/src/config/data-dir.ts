import { DEFAULT_SERVER, readConfigWithoutKeys } from '@sheepfold/gateway/config'
import { configPath } from './config-path.ts'

/** Where the server of the current folder keeps everything: as `serve` finds it, so that both mean one place. */
export const dataDirOf = (given: string | undefined): string => {
  if (given !== undefined) return given
  const path = configPath(undefined)
  return path === undefined ? DEFAULT_SERVER.data : readConfigWithoutKeys(path, process.env).server.dataDir
}
