import { readFileSync } from 'node:fs'

/** USER_HZ, which Linux has fixed at 100 for what it tells programs. */
const ticksASecond = 100

/** CPU time of a process, all its threads, in milliseconds. */
export const cpuMsOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name, in brackets, may hold spaces; utime and stime are the 12th and 13th fields after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksASecond
}

/** The most memory that was ever resident, in MB of a million bytes. */
export const peakMbOf = (pid: number): number => {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  if (kib === undefined) throw new Error(`process ${pid} does not tell its peak memory`)
  return (Number(kib) * 1_024) / 1_000_000
}
