import type { AdminStore } from './admin.ts'
import { auditVerbs } from './audit/audit.ts'
import type { DeliveryStore } from './deliveries.ts'
import type { EngineStore } from './engine.ts'
import type { AuditStore, KeyStore } from './operator.ts'
import type { Db } from './sql.ts'
import type { BatchStore, TenantStore } from './tenant.ts'
import type { FileStore } from './tenant-files.ts'
import type { UploadStore } from './tenant-uploads.ts'
import type { WebhookStore } from './tenant-webhooks.ts'
import { accept } from './verbs/accept.ts'
import { adminVerbs } from './verbs/admin.ts'
import { append } from './verbs/append.ts'
import { findBatch, listBatches } from './verbs/batch-view.ts'
import { claim } from './verbs/claim.ts'
import { dueDeliveries, recordAttempt } from './verbs/deliver.ts'
import {
  addFileShards,
  beginFile,
  dropFile,
  endFile,
  fileContents,
  findFile,
  listFiles,
  removeFile,
  uploadedLately,
} from './verbs/files.ts'
import { findEarlierCreate } from './verbs/find-create.ts'
import { forgetEvents } from './verbs/forget-events.ts'
import { gates, saveGates } from './verbs/gates.ts'
import { keyVerbs } from './verbs/keys.ts'
import { finished, index, output, sealedPrefix, sealedShards } from './verbs/output.ts'
import { release, suspect } from './verbs/own-shard.ts'
import { postUsage } from './verbs/post-usage.ts'
import { existing, expire, purged } from './verbs/purge.ts'
import {
  dropUnfinishedFiles,
  existingFiles,
  expireFiles,
  expireUploads,
  filePurged,
  uploadPurged,
} from './verbs/purge-files.ts'
import { seal } from './verbs/seal.ts'
import type { SegmentDeps } from './verbs/segment.ts'
import { ended, ping, queue } from './verbs/status.ts'
import { hasEnded, remove, stop, tick } from './verbs/stop.ts'
import { unfinished } from './verbs/unfinished.ts'
import { addPart, cancelUpload, completeUpload, createUpload, findUpload, parts } from './verbs/uploads.ts'
import { recordUsage } from './verbs/usage.ts'
import { listDeliveries, replay, testWebhook } from './verbs/webhook-deliveries.ts'
import { rotateWebhook, rotateWebhookSecret, webhookSecret } from './verbs/webhook-secrets.ts'
import { changeWebhook, createWebhook, findWebhook, listWebhooks, removeWebhook } from './verbs/webhooks.ts'
import { fence, join, leave, renew } from './verbs/workers.ts'

export interface StorePorts {
  readonly engine: EngineStore
  readonly deliveries: DeliveryStore
  tenant(account: string): TenantStore
  readonly keys: KeyStore
  readonly audit: AuditStore
  readonly admin: AdminStore
}

/** The ports over any database and any blobs: each verb bound to what it needs. */
export const storePorts = (deps: SegmentDeps): StorePorts => ({
  engine: engineStore(deps),
  deliveries: deliveryStore(deps),
  tenant: (account) => tenantStore(deps, account),
  keys: keyVerbs(deps.db),
  audit: auditVerbs(deps.db),
  admin: adminVerbs(deps.db),
})

const engineStore = (deps: SegmentDeps): EngineStore => {
  const { db } = deps
  return {
    join: (worker, options) => join(db, worker, options),
    renew: (worker, leaseMs) => renew(db, worker, leaseMs),
    fence: () => fence(db),
    leave: (worker) => leave(db, worker),
    claim: (order) => claim(db, order),
    append: (group) => append(db, group),
    seal: (ref) => seal(deps, ref),
    release: (ref) => release(db, ref),
    suspect: (ref, position) => suspect(db, ref, position),
    tick: (worker) => tick(db, worker),
    hasEnded: (batch) => hasEnded(db, batch),
    expire: (max) => expire(deps, max),
    purged: (batch) => purged(db, batch),
    existing: (batches) => existing(db, batches),
    unfinished: () => unfinished(db),
    expireFiles: (max) => expireFiles(db, max),
    filePurged: (id) => filePurged(db, id),
    expireUploads: (max) => expireUploads(db, max),
    uploadPurged: (id) => uploadPurged(db, id),
    existingFiles: (files) => existingFiles(db, files),
    dropUnfinishedFiles: () => dropUnfinishedFiles(db),
    gates: () => gates(db),
    saveGates: (records) => saveGates(db, records),
    recordUsage: (group) => recordUsage(db, group),
    postUsage: (max) => postUsage(db, max),
    ping: () => ping(db),
    queue: () => queue(db),
    ended: (batch) => ended(db, batch),
  }
}

const deliveryStore = ({ db }: SegmentDeps): DeliveryStore => ({
  due: (order) => dueDeliveries(db, order),
  record: (attempt) => recordAttempt(db, attempt),
  forgetEvents: (max) => forgetEvents(db, max),
})

const tenantStore = ({ db }: SegmentDeps, account: string): TenantStore => ({
  ...batchStore(db, account),
  ...fileStore(db, account),
  ...uploadStore(db, account),
  ...webhookStore(db, account),
})

const batchStore = (db: Db, account: string): BatchStore => ({
  accept: (batch, source) => accept(db, account, batch, source),
  findCreate: (query) => db.read((tx) => findEarlierCreate(tx, account, query)),
  batch: (id) => db.read((tx) => findBatch(tx, account, id)),
  batches: (page) => db.read((tx) => listBatches(tx, account, page)),
  stop: (id, cause) => stop(db, account, id, cause),
  remove: (id) => remove(db, account, id),
  output: (batch, shard) => output(db, account, batch, shard),
  index: (batch, shard) => index(db, account, batch, shard),
  finished: (batch, shard, delivered) => finished(db, account, { batch, shard, delivered }),
  sealedPrefix: (batch, part) => sealedPrefix(db, account, batch, part),
  sealedShards: (batch, part) => sealedShards(db, account, batch, part),
})

const fileStore = (db: Db, account: string): FileStore => ({
  beginFile: (file) => beginFile(db, account, file),
  addFileShards: (file, shards) => addFileShards(db, account, file, shards),
  endFile: (file, end) => endFile(db, account, file, end),
  uploadedLately: (upload) => uploadedLately(db, account, upload),
  dropFile: (file) => dropFile(db, account, file),
  file: (id) => findFile(db, account, id),
  fileContents: (id) => fileContents(db, account, id),
  files: (page) => listFiles(db, account, page),
  removeFile: (id, call) => removeFile(db, account, { id, ...call }),
})

const uploadStore = (db: Db, account: string): UploadStore => ({
  createUpload: (upload) => createUpload(db, account, upload),
  upload: (id) => findUpload(db, account, id),
  addPart: (upload, part) => addPart(db, account, upload, part),
  parts: (upload) => parts(db, account, upload),
  completeUpload: (id, file) => completeUpload(db, account, id, file),
  cancelUpload: (id) => cancelUpload(db, account, id),
})

const webhookStore = (db: Db, account: string): WebhookStore => ({
  createWebhook: (webhook, max) => createWebhook(db, account, webhook, max),
  webhook: (id) => findWebhook(db, account, id),
  webhooks: (page) => listWebhooks(db, account, page),
  changeWebhook: (id, change) => changeWebhook(db, account, id, change),
  removeWebhook: (id) => removeWebhook(db, account, id),
  rotateWebhook: (id, secret, oldMs) => rotateWebhook(db, account, id, { secret, oldMs }),
  testWebhook: (id, test) => testWebhook(db, account, id, test),
  webhookSecret: (fresh) => webhookSecret(db, account, fresh),
  rotateWebhookSecret: (secret, oldMs) => rotateWebhookSecret(db, account, { secret, oldMs }),
  deliveries: (webhook, page) => listDeliveries(db, account, webhook, page),
  replay: (webhook, event) => replay(db, account, webhook, event),
})
