import type { AdminStore } from '../admin.ts'
import type { Db } from '../sql.ts'
import { adminAccounts } from './admin-accounts.ts'
import { adminBatches } from './admin-batches.ts'
import { adminKeys } from './admin-keys.ts'
import { adminUsage } from './admin-usage.ts'

export const adminVerbs = (db: Db): AdminStore => ({
  ...adminAccounts(db),
  ...adminKeys(db),
  ...adminBatches(db),
  ...adminUsage(db),
})
