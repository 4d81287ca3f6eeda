import { createKey, DEFAULT_KEY_PREFIX, NO_KEY_LIMITS, startGateway, systemIds } from '@sheepfold/gateway'
import { readConfigFile } from '@sheepfold/gateway/config'
import { providerKey } from '../requests.ts'
import { answerParent, childSettings } from './answer-parent.ts'
import { keyVariable } from './gateway-config.ts'
import { textOf } from './message.ts'

/** `sheepfold serve` that answers its parent's questions, too. */
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

const newKey = async (account: string): Promise<string> => {
  const order = { name: account, account, models: null, expiresAt: null, role: 'client' } as const
  const limits = { limits: NO_KEY_LIMITS, prefix: DEFAULT_KEY_PREFIX }
  return (await createKey(gateway.store.keys, systemIds, { ...order, ...limits })).secret
}

answerParent(
  { url: gateway.url, key: gateway.firstKey },
  {
    rowsWritten: async () => ({ rows: await gateway.store.rowsWritten() }),
    newKey: async (value) => ({ key: await newKey(textOf(value, 'account')) }),
  },
)
