import { readFileSync } from 'node:fs'

/** The most memory that a process ever had resident, in MiB; undefined where the system does not tell. */
export const peakResidentMib = (pid: number): number | undefined => {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return kib === undefined ? undefined : Number(kib) / 1_024
  } catch {
    return undefined
  }
}
