import { z } from 'zod'
import { DEFAULT_FILE_LIMITS, DEFAULT_MESSAGE_BATCH_LIMITS } from '../../intake/limits.ts'
import { count, members } from './words.ts'

const MIB = 1_048_576
const DAY_MS = 86_400_000

/** Of uploaded files. */
export const filesSchema = members({
  mib_max: count
    .max(2_048)
    .default(DEFAULT_FILE_LIMITS.bytesMax / MIB)
    .describe('MiB of an uploaded file.'),
  lines_max: count
    .max(1_000_000)
    .default(DEFAULT_FILE_LIMITS.linesMax)
    .describe('Lines of an uploaded file.'),
  line_mib_max: count
    .max(64)
    .default(DEFAULT_FILE_LIMITS.lineBytesMax / MIB)
    .describe('MiB of one line.'),
  retention_days: z
    .number()
    .positive()
    .max(3_650)
    .default(DEFAULT_FILE_LIMITS.retentionMs / DAY_MS)
    .describe('Days that a file is kept after its upload.'),
})

/** Of creates in Anthropic's dialect. */
export const messageBatchesSchema = members({
  requests_max: count
    .max(1_000_000)
    .default(DEFAULT_MESSAGE_BATCH_LIMITS.requestsMax)
    .describe('Requests of one batch.'),
  mib_max: count
    .max(2_048)
    .default(DEFAULT_MESSAGE_BATCH_LIMITS.bytesMax / MIB)
    .describe('MiB of the body of one create.'),
  request_mib_max: count
    .max(64)
    .default(DEFAULT_MESSAGE_BATCH_LIMITS.requestBytesMax / MIB)
    .describe('MiB of one request.'),
})
