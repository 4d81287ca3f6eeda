import { z } from 'zod'
import { listOf, unixTime } from './common.ts'

const purpose = z.enum(['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'])

export const file = z
  .strictObject({
    id: z.string(),
    object: z.literal('file'),
    bytes: z.int(),
    created_at: unixTime,
    expires_at: unixTime.nullable(),
    filename: z.string(),
    purpose: z.union([purpose, z.literal('batch_output')]),
    status: z.literal('processed'),
    status_details: z.null(),
  })
  .meta({ id: 'File' })

export const files = listOf(file)

export const deletedFile = z.strictObject({
  id: z.string(),
  object: z.literal('file'),
  deleted: z.literal(true),
})

const bytes = z.file()

export const fileForm = z.strictObject({
  purpose,
  file: bytes.describe('For batches: JSON lines, and a name that ends in .jsonl.'),
  'expires_after[anchor]': z.literal('created_at').optional(),
  'expires_after[seconds]': z.int().min(3_600).max(2_592_000).optional(),
})

export const partForm = z.strictObject({ data: bytes })

export const newUpload = z.object({
  filename: z.string().max(255),
  purpose,
  mime_type: z.string().max(100),
  bytes: z.int().min(1).describe('Of the whole file.'),
  expires_after: z
    .strictObject({ anchor: z.literal('created_at'), seconds: z.int().min(3_600).max(2_592_000) })
    .nullable()
    .optional(),
})

export const completedUpload = z.object({
  part_ids: z.array(z.string()).min(1).describe('All parts, in their order.'),
  md5: z.string().nullable().optional(),
})

export const upload = z
  .strictObject({
    id: z.string(),
    object: z.literal('upload'),
    bytes: z.int(),
    created_at: unixTime,
    expires_at: unixTime,
    filename: z.string(),
    purpose,
    status: z.enum(['pending', 'completed', 'cancelled']),
    file: file.nullable(),
  })
  .meta({ id: 'Upload' })

export const uploadPart = z
  .strictObject({
    id: z.string(),
    object: z.literal('upload.part'),
    created_at: unixTime,
    upload_id: z.string(),
  })
  .meta({ id: 'UploadPart' })
