import { readdirSync } from 'node:fs'

export interface ProcessStatus {
  readonly startedAt: number
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** Undefined where the system does not tell. */
  readonly openFiles: number | undefined
}

export const processStatus = (now: number): ProcessStatus => {
  const { user, system } = process.cpuUsage()
  return {
    startedAt: now / 1_000 - process.uptime(),
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    openFiles: openFiles(),
  }
}

const openFiles = (): number | undefined => {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}
