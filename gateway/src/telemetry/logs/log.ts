import pino, { type Logger } from 'pino'
import { errorForLog } from './error-for-log.ts'

export type Log = Logger

/**
 * JSON lines on stderr: stdout is for what scripts read. Neither bodies nor keys are ever logged, and what comes from
 * outside is written as JSON writes it, so that no line can be forged.
 */
export const createLog = (level: string): Log =>
  pino(
    { level, base: null, serializers: { err: errorForLog } },
    // Not waited for: a slow terminal must not slow calls down. What is left is written when the process ends.
    pino.destination({ fd: 2, sync: false }),
  )
