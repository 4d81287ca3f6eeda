import { readdirSync } from 'node:fs'

export interface ProcessStatus {
  readonly startedAt: number
  readonly cpuSeconds: number
  readonly residentBytes: number
  /** Undefined where the system does not tell. */
  readonly openFiles: number | undefined
}

/** In seconds since 1970. Read once: it must not move with every correction of the clock. */
export const processStart = (now: number): number => Math.round(now / 1_000 - process.uptime())

export const processStatus = (startedAt: number): ProcessStatus => {
  const { user, system } = process.cpuUsage()
  return {
    startedAt,
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
