import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { type Batch, type BatchResult, type Client, createClient } from '@sheepfold/client'
import type { DemoOptions } from '../command-options.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { type Interrupt, onInterrupt } from '../interrupt.ts'
import { type ProgressReport, reportProgress } from '../report/progress-bar.ts'
import { type Summary, summarise } from '../report/summary.ts'
import { summaryTable } from '../report/table.ts'
import { createTally, type FinishedBatch, finishedBatch, type Tally } from '../report/tally.ts'
import { watchBatch } from '../watch-batch.ts'
import { startGateway } from './gateway-process.ts'
import { type DemoBody, type DemoJob, loadJobs, sampleFile } from './jobs.ts'

const waitMsMax = 300_000

/** What starts the gateway: the file that this process itself was started with. */
const ownCommand = (): string[] => process.argv.slice(1, 2)

/** A nightly job from nothing to its figures; leaves only its results. */
export const demo = async (options: DemoOptions, command = ownCommand()): Promise<ExitCode> => {
  const jobs = await loadJobs()
  const data = mkdtempSync(join(tmpdir(), 'sheepfold-demo-'))
  const abort = new AbortController()
  const interrupt = onInterrupt(() => abort.abort())
  try {
    return await runDemo({ jobs, options, command, data, signal: abort.signal })
  } catch (error) {
    if (interrupt.signal() === undefined) throw error
    return stoppedBy(interrupt)
  } finally {
    interrupt.dispose()
    rmSync(data, { recursive: true, force: true })
  }
}

const stoppedBy = (interrupt: Interrupt): ExitCode => {
  console.error(`Stopped by ${interrupt.signal()}; nothing is left behind.`)
  return exitCodes.unfinished
}

interface Demo {
  readonly jobs: readonly DemoJob[]
  readonly options: DemoOptions
  readonly command: readonly string[]
  readonly data: string
  readonly signal: AbortSignal
}

const runDemo = async ({ jobs, options, command, data, signal }: Demo): Promise<ExitCode> => {
  const apiKey = `sk-holysheep-demo-${randomBytes(12).toString('hex')}`
  console.error('Starting a gateway on SQLite and local files, the simulator behind it …')
  const gateway = await startGateway({ command, data, apiKey })
  try {
    const client = createClient({ baseUrl: gateway.url, apiKey })
    await client.models.list({ signal })
    console.error(`${gateway.url} is ready. ${jobs.map(describeJob).join(', ')}:`)
    const done = await workOff(jobs, client, signal)
    console.log(`\n${summaryTable(done.columns)}\n`)
    console.log(`Results: ${writeResults(options.out, done.jobs).join(', ')}\n\n${nextSteps()}`)
    return done.failed > 0 ? exitCodes.someFailed : exitCodes.ok
  } finally {
    await gateway.stop()
  }
}

const documentsOf = ({ bodies }: DemoJob) => bodies.reduce((sum, { documents }) => sum + documents, 0)

const describeJob = (job: DemoJob) =>
  `${documentsOf(job).toLocaleString('en-US')} ${job.title} in ${job.bodies.length} batches`

interface Live {
  readonly client: Client
  readonly signal: AbortSignal
  readonly tally: Tally
  readonly report: ProgressReport
}

interface BatchDone {
  readonly finished: FinishedBatch
  readonly results: readonly BatchResult[]
}

interface JobDone {
  readonly job: DemoJob
  readonly results: readonly BatchResult[]
  readonly summary: Summary
}

const workOff = async (jobs: readonly DemoJob[], client: Client, signal: AbortSignal) => {
  const tally = createTally(jobs.reduce((sum, job) => sum + documentsOf(job), 0))
  const report = reportProgress(tally.progress)
  const started = performance.now()
  try {
    const done = await Promise.all(jobs.map((job) => runJob(job, { client, signal, tally, report })))
    const total = summarise(tally.finished, (performance.now() - started) / 1000)
    const columns = [
      ...done.map(({ job, summary }) => ({ title: job.title, summary })),
      { title: 'total', summary: total },
    ]
    return { jobs: done, columns, failed: total.documents - total.succeeded }
  } finally {
    report.stop()
  }
}

const runJob = async (job: DemoJob, live: Live): Promise<JobDone> => {
  const started = performance.now()
  const done = await Promise.all(job.bodies.map((body) => runBatch(body, live)))
  const seconds = (performance.now() - started) / 1000
  const summary = summarise(
    done.map(({ finished }) => finished),
    seconds,
  )
  return { job, summary, results: done.flatMap(({ results }) => results) }
}

const runBatch = async ({ body, documents }: DemoBody, live: Live): Promise<BatchDone> => {
  const { client, signal, tally } = live
  const started = performance.now()
  const created = await client.batches.create(body, { signal })
  const onProgress = (batch: Batch) => tally.note(batch, documents)
  const watched = await watchBatch(created, { get: client.batches.get, signal, waitMsMax, onProgress })
  const { batch } = watched
  if (watched.kind === 'timed_out')
    throw new Error(`${batch.batch_id} is still running after ${waitMsMax / 1000} s`)
  const { results } = await client.batches.results(batch.batch_id, { signal })
  const finished = finishedBatch(batch, results, { documents, measuredMs: performance.now() - started })
  tally.finish(finished)
  return { finished, results }
}

const writeResults = (folder: string, jobs: readonly JobDone[]): string[] => {
  mkdirSync(folder, { recursive: true })
  return jobs.map(({ job, results }) => {
    const path = join(folder, job.output)
    writeFileSync(path, results.map((result) => `${JSON.stringify(result)}\n`).join(''))
    return path
  })
}

const nextSteps = (): string => {
  const sample = relative(process.cwd(), sampleFile('reviews-ko.jsonl.gz'))
  return `What to type next:
  npx sheepfold serve --simulate
      the same gateway, to stay; its first start prints a key:
  export HOLYSHEEP_API_KEY=sk-holysheep-…
  curl http://127.0.0.1:8787/v1/batches -H "Authorization: Bearer $HOLYSHEEP_API_KEY" \\
      -H 'content-type: application/json' \\
      -d '{"model":"batch-4.1","tasks":[{"custom_id":"hello","prompt":"Say hello."}]}'
  npx sheepfold run ${sample} --model batch-flash-3.5 --task classification
      or with a file of your own: one JSON object a line, with a prompt, content or text`
}
