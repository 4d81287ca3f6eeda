import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** A file system of its own with little room, below a folder. */
export interface SmallDisk {
  /** Where a process that is started with `wrap` finds it. */
  readonly path: string
  /** Where this process sees it. */
  readonly seenHere: string
  /** To put before the command of a process that is to use it. */
  readonly wrap: readonly string[]
  remove(): Promise<void>
}

export interface NoSmallDisk {
  readonly reason: string
}

/**
 * A tmpfs: mounted directly where we may, else in a namespace in which a user may be root. Such a namespace
 * lives as long as a process in it: one that sleeps holds it, others enter it, and we look in through /proc.
 */
export const openSmallDisk = async (folder: string, mib: number): Promise<SmallDisk | NoSmallDisk> => {
  const path = join(folder, 'small-disk')
  mkdirSync(path)
  const mount = ['mount', '-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', path]
  const [direct, ...directArgs] = mount
  const mounted = spawnSync(direct ?? 'mount', directArgs, { encoding: 'utf8' })
  if (mounted.status === 0) return mountedHere(path)
  const held = await holdNamespace(mount)
  if ('reason' in held) {
    const complaint = (mounted.error?.message ?? mounted.stderr).trim().split('\n')[0]
    return { reason: `no small disk can be made here: ${complaint}; ${held.reason}` }
  }
  return inNamespace(path, held)
}

const mountedHere = (path: string): SmallDisk => {
  // Lazily, so that it goes even where a process of a test that failed still has it open.
  const unmount = (): void => void spawnSync('umount', ['-l', path])
  process.once('exit', unmount)
  return {
    path,
    seenHere: path,
    wrap: [],
    async remove() {
      unmount()
      process.off('exit', unmount)
    },
  }
}

const holdNamespace = async (mount: readonly string[]): Promise<ChildProcess | NoSmallDisk> => {
  const script = '"$@" && echo mounted && exec sleep 3600'
  const holder = spawn('unshare', ['-rm', 'sh', '-c', script, 'sh', ...mount], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaint = ''
  holder.stderr.on('data', (bytes) => {
    complaint += bytes
  })
  const outcome = await Promise.race([
    once(holder.stdout, 'data').then(() => 'mounted'),
    once(holder, 'close').then(() => `unshare -rm: ${complaint.trim().split('\n')[0]}`),
    once(holder, 'error').then(([error]) => `unshare -rm: ${error}`),
  ])
  return outcome === 'mounted' ? holder : { reason: outcome }
}

const inNamespace = (path: string, holder: ChildProcess): SmallDisk => {
  const { pid } = holder
  const end = (): void => void holder.kill('SIGKILL')
  process.once('exit', end)
  return {
    path,
    seenHere: join(`/proc/${pid}/root`, path),
    wrap: ['nsenter', '--preserve-credentials', '-U', '-m', '-t', String(pid), '--'],
    async remove() {
      const gone = once(holder, 'close')
      end()
      await gone
      process.off('exit', end)
    },
  }
}
