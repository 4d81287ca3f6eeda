import cliProgress from 'cli-progress'
import { money } from './table.ts'
import type { Progress } from './tally.ts'

export interface ProgressReport {
  /** Prints a line without tearing the bar. */
  say(message: string): void
  stop(): void
}

/** On a terminal a bar; in a log a line now and then. Both on stderr: stdout is for what was asked for. */
export const reportProgress = (read: () => Progress): ProgressReport =>
  process.stderr.isTTY ? showBar(read) : printLines(read)

const barRefreshMs = 200
const lineEveryMs = 5_000

const showBar = (read: () => Progress): ProgressReport => {
  const bar = new cliProgress.SingleBar({
    format: ' {bar} {percentage}% · {done}/{all} · {text}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 28,
    hideCursor: true,
    stopOnComplete: false,
    stream: process.stderr,
    gracefulExit: false,
  })
  const started = performance.now()
  const payload = () => {
    const progress = read()
    return {
      progress,
      done: count(progress.done),
      all: count(progress.total),
      text: describe(progress, started),
    }
  }
  const first = payload()
  bar.start(first.progress.total, first.progress.done, first)
  const refresh = () => {
    const now = payload()
    bar.update(now.progress.done, now)
  }
  const timer = setInterval(refresh, barRefreshMs)
  return {
    say: (message) => {
      process.stderr.write(`\r\u001b[2K${message}\n`)
      refresh()
    },
    stop: () => {
      clearInterval(timer)
      refresh()
      bar.stop()
    },
  }
}

const printLines = (read: () => Progress): ProgressReport => {
  const started = performance.now()
  let last = ''
  const print = () => {
    const progress = read()
    const percent = progress.total > 0 ? Math.floor((progress.done / progress.total) * 100) : 100
    const line = `${percent}% · ${count(progress.done)}/${count(progress.total)} · ${describe(progress, started)}`
    if (line !== last) console.error(line)
    last = line
  }
  const timer = setInterval(print, lineEveryMs)
  return {
    say: (message) => console.error(message),
    stop: () => {
      clearInterval(timer)
      print()
    },
  }
}

const describe = ({ done, total, failed, errors, cost, waiting }: Progress, started: number): string => {
  const seconds = (performance.now() - started) / 1000
  const perMinute = seconds > 0 ? (done / seconds) * 60 : 0
  const parts = [`${count(perMinute)}/min`]
  if (done < total) parts.push(`ETA ${done > 0 ? clock(((total - done) * seconds) / done) : '-'}`)
  else parts.push(clock(seconds))
  if (cost !== undefined) parts.push(`${money(cost)} so far`)
  if (failed > 0) parts.push(`${count(failed)} failed${causes(errors)}`)
  if (waiting !== undefined) parts.push(`the server waits: ${waiting}`)
  return parts.join(' · ')
}

const causesShown = 3

const causes = (errors: Progress['errors']): string => {
  const shown = errors.slice(0, causesShown).map(([cause, number]) => `${count(number)} ${cause}`)
  return shown.length === 0 ? '' : ` (${shown.join(', ')}${errors.length > causesShown ? ', …' : ''})`
}

export const clock = (seconds: number): string => {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

const count = (value: number) => Math.round(value).toLocaleString('en-US')
