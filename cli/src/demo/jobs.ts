import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { CreateBatch } from '@sheepfold/client'

/** One nightly job, cut into the bodies that existing clients of the native dialect send. */
export interface DemoJob {
  readonly title: string
  readonly output: string
  readonly bodies: readonly DemoBody[]
}

export interface DemoBody {
  readonly body: CreateBatch
  readonly documents: number
}

export const loadJobs = async (): Promise<DemoJob[]> => {
  const documents = await readSample('documents.jsonl.gz', 'content')
  const reviews = await readSample('reviews-ko.jsonl.gz', 'text')
  return [
    {
      title: 'documents',
      output: 'documents.results.jsonl',
      bodies: chunksOf(documents, 500).map((items) => ({ documents: items.length, body: summaries(items) })),
    },
    {
      title: 'reviews-ko',
      output: 'reviews-ko.results.jsonl',
      bodies: chunksOf(reviews, 1_000).map((items) => ({ documents: items.length, body: classes(items) })),
    },
  ]
}

interface SampleItem {
  readonly id: string
  readonly text: string
}

/** The task list. */
const summaries = (items: readonly SampleItem[]): CreateBatch => ({
  model: 'batch-4.1',
  task: 'summarization',
  tasks: items.map(({ id, text }) => ({ custom_id: id, prompt: text })),
  options: { temperature: 0.3, max_tokens: 500 },
})

/** The conversation list, from clients that hand their items straight over. */
const classes = (items: readonly SampleItem[]): CreateBatch => ({
  model: 'batch-flash-3.5',
  input: items.map(({ id, text }) => ({ role: 'user', content: { id, content: text } })),
  task: 'classification',
})

const chunksOf = <T>(items: readonly T[], size: number): T[][] => {
  const chunks: T[][] = []
  for (let at = 0; at < items.length; at += size) chunks.push(items.slice(at, at + size))
  return chunks
}

/** Beside the sources in a checkout, beside the bundle when published. */
export const sampleFile = (name: string): string => {
  const places = ['../../sample', '../sample'].map((folder) => join(import.meta.dirname, folder, name))
  const found = places.find((path) => existsSync(path))
  if (found === undefined) throw new Error(`The sample is missing: ${places[0]}`)
  return found
}

const readSample = async (name: string, field: string): Promise<SampleItem[]> => {
  const text = gunzipSync(await readFile(sampleFile(name))).toString()
  return text
    .trimEnd()
    .split('\n')
    .map((line, at) => itemOf(JSON.parse(line), field, `${name}:${at + 1}`))
}

const itemOf = (value: unknown, field: string, where: string): SampleItem => {
  const fields = typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map()
  const id: unknown = fields.get('id')
  const text: unknown = fields.get(field)
  if (typeof id === 'string' && typeof text === 'string') return { id, text }
  throw new Error(`${where} has no id or no ${field}`)
}
