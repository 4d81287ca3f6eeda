import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface DeploymentSettings {
  readonly id?: string
  /** Of a simulator, without `/v1`. */
  readonly url: string
  readonly model?: string
  readonly limits?: Readonly<Record<string, number>>
  readonly weight?: number
  /** The name of the variable that holds its key. */
  readonly apiKeyEnv?: string
}

/** One deployment in the words of the configuration file. */
export const deployment = ({
  id = 'first',
  url,
  model = 'batch-4.1',
  limits = {},
  weight = 1,
  apiKeyEnv = 'PROVIDER_KEY',
}: DeploymentSettings) => ({ id, model, base_url: `${url}/v1`, api_key_env: apiKeyEnv, weight, limits })

/** JSON is YAML too. */
export const writeConfig = (folder: string, config: object): string => {
  const path = join(folder, 'sheepfold.yaml')
  writeFileSync(path, JSON.stringify(config, null, 2))
  return path
}
