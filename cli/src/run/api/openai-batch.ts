import type { Batch, FileBatch, Usage } from '@sheepfold/client'

/** A batch of files in the words of the native dialect, which the rest of a run speaks. */
export const toBatch = (batch: FileBatch): Batch => {
  const { total, completed, failed } = batch.request_counts
  const status = statusOf(batch)
  const progress = total > 0 ? Math.floor(((completed + failed) / total) * 100) : 0
  return {
    batch_id: batch.id,
    status,
    progress: status === 'completed' ? 100 : progress,
    error: errorOf(batch, status),
    counts: { total, succeeded: completed, failed, expired: 0, cancelled: 0 },
    usage: usageOf(batch),
    cost: null,
    created_at: isoTime(batch.created_at),
    ended_at: isoTime(batch.ended_at),
    latency: null,
    waiting: batch.waiting,
    losses: batch.losses,
  }
}

/** A status that nobody knows counts as running, and is shown: giving up on it could lose answers. */
const statusOf = ({ status }: FileBatch): Batch['status'] => {
  if (status === 'completed') return 'completed'
  return ended.has(status) ? 'failed' : 'in_progress'
}

const ended = new Set(['failed', 'expired', 'cancelled'])

const errorOf = ({ status, errors }: FileBatch, seen: Batch['status']): Batch['error'] => {
  if (seen !== 'failed') return null
  const [first] = errors
  if (!first) return { error: status, message: `The batch ended as ${status}.` }
  const where = first.line === null ? '' : `line ${first.line}: `
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  return { error: first.code ?? status, message: `${where}${first.message}${more}` }
}

const usageOf = ({ usage }: FileBatch): Usage | null =>
  usage && {
    prompt_tokens: usage.input_tokens,
    completion_tokens: usage.output_tokens,
    total_tokens: usage.total_tokens,
    cached_tokens: usage.cached_tokens,
  }

const isoTime = (seconds: number | null): string | null =>
  seconds === null ? null : new Date(seconds * 1000).toISOString()
