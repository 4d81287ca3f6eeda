import { startGateway } from '@sheepfold/gateway'
import { readConfigFile } from '@sheepfold/gateway/config'
import { providerKey } from '../requests.ts'
import { answerParent, childSettings } from './answer-parent.ts'
import { keyVariable } from './gateway-config.ts'
import { textOf } from './message.ts'

/** `sheepfold serve` with one question more: how many rows its database has written. */
const settings = childSettings()
const gateway = await startGateway({
  dataDir: textOf(settings, 'dataDir'),
  host: '127.0.0.1',
  port: 0,
  config: readConfigFile(textOf(settings, 'configFile'), { [keyVariable]: providerKey }).config,
  env: {},
  onFatal: (error) => {
    throw error
  },
})

answerParent(
  { url: gateway.url, key: gateway.firstKey },
  { rowsWritten: async () => ({ rows: await gateway.store.rowsWritten() }) },
)
