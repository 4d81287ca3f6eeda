import type { Operation } from '../operation.ts'
import { adminOperations } from './admin.ts'
import { batchOperations } from './batches.ts'
import { callOperations } from './calls.ts'
import { fileOperations } from './files.ts'
import { messageBatchOperations } from './message-batches.ts'
import { modelOperations } from './models.ts'
import { probeOperations } from './probes.ts'
import { referenceOperations } from './reference.ts'
import { uploadOperations } from './uploads.ts'
import { webhookOperations } from './webhooks.ts'

/** Every endpoint of the installation; a test holds it against the routes of the server. */
export const OPERATIONS: readonly Operation[] = [
  ...batchOperations,
  ...messageBatchOperations,
  ...callOperations,
  ...fileOperations,
  ...uploadOperations,
  ...modelOperations,
  ...webhookOperations,
  ...adminOperations,
  ...probeOperations,
  ...referenceOperations,
]
