import type { AnsweredRequest } from '../../server/observer.ts'
import type { Log } from './log.ts'

/** Asked every few seconds by machines: their lines would hide all others. */
const PROBES: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics'])

/** A line for each request. The path is the endpoint's own: what a client put into it stays out, and so does its query. */
export const logRequest = (log: Log, answered: AnsweredRequest): void => {
  const level = PROBES.has(answered.route) ? 'debug' : 'info'
  if (!log.isLevelEnabled(level)) return
  const { id, method, route, status, ms, bytes, isCut } = answered
  log[level](
    {
      request: id,
      method,
      route,
      status,
      ms: Math.round(ms * 10) / 10,
      bytes,
      ...(isCut ? { cut: true } : {}),
      ...answered.caller(),
    },
    'request',
  )
}
