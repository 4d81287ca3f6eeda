import { createClient } from '@sheepfold/client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { anthropicOf } from '../support/anthropic.ts'
import { type CommandEnd, sheepfold } from '../support/command.ts'
import type { TestGateway } from '../support/gateway.ts'
import { call } from '../support/http.ts'
import {
  type MessageBatch,
  type MessagesProvider,
  messageBatchEnded,
  messageRequest,
  openMessagesGateway,
  type ResultLine,
  startMessagesProvider,
} from '../support/message-batches.ts'
import { chatLine } from '../support/openai.ts'
import { until } from '../support/wait.ts'

/** `sheepfold batches …` with batches that Anthropic's clients made. */

let provider: MessagesProvider
let server: TestGateway

beforeAll(async () => {
  provider = await startMessagesProvider()
  server = await openMessagesGateway(provider)
})

afterEach(() => provider.open())

afterAll(async () => {
  await server.stop()
  await provider.close()
})

const batches = (...args: string[]): Promise<CommandEnd> =>
  sheepfold('batches', ...args, '--base-url', server.url, '--api-key', server.key)

const create = (...requests: ReturnType<typeof messageRequest>[]): Promise<MessageBatch> =>
  anthropicOf(server).messages.batches.create({ requests })

const ended = async (...requests: ReturnType<typeof messageRequest>[]): Promise<MessageBatch> =>
  messageBatchEnded(anthropicOf(server), await create(...requests))

const resultsIn = ({ stdout }: CommandEnd): Array<readonly [id: string, type: string]> =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line): ResultLine => JSON.parse(line))
    .map(({ custom_id, result }) => [custom_id, result.type])

const GOOD = messageRequest('good', 'hello')
const BAD = messageRequest('bad', 'refuse me')

describe('sheepfold batches, of a message batch', () => {
  it('list and show it', async () => {
    const { id, results_url } = await ended(GOOD, BAD)
    expect((await batches('list', '--limit', '1')).stdout).toMatch(
      new RegExp(`\n${id} +completed +2, 1 succeeded, 1 failed `),
    )
    const shown = await batches('show', id)
    expect(shown).toMatchObject({ code: 0, stderr: '' })
    expect(shown.stdout).toMatch(
      new RegExp(
        `^batch +${id}\nstatus +ended\nrequests +2, 1 succeeded, 1 failed\nresults +${results_url}\n`,
      ),
    )
    expect(JSON.parse((await batches('show', id, '--json')).stdout)).toMatchObject({
      id,
      processing_status: 'ended',
      request_counts: { processing: 0, succeeded: 1, errored: 1, canceled: 0, expired: 0 },
    })
  })

  it('watch it to its end, and end with 2 where a request failed', async () => {
    provider.hold()
    const { id } = await create(GOOD)
    await until('the call', () => provider.waiting() === 1)
    const shown = await batches('show', id)
    expect(shown.stdout).toMatch(/status +in_progress\nrequests +1\ncreated .*\nexpires /)
    const watched = batches('watch', id)
    provider.open()
    const end = await watched
    expect(end).toMatchObject({ code: 0 })
    expect(end.stdout).toMatch(/status +ended\nrequests +1, 1 succeeded\n/)
    const failed = await batches('watch', (await create(GOOD, BAD)).id)
    expect(failed).toMatchObject({ code: 2 })
    expect(failed.stdout).toMatch(/requests +2, 1 succeeded, 1 failed\n/)
  })

  it('cancel it; what was answered before stays', async () => {
    provider.hold('wait')
    const { id } = await create(GOOD, messageRequest('stopped', 'wait'))
    await until('the call', () => provider.waiting() === 1)
    const cancelled = await batches('cancel', id)
    expect(cancelled).toMatchObject({ code: 0 })
    expect(cancelled.stdout).toMatch(/status +canceling\nrequests +2\n/)
    const end = await batches('watch', id)
    expect(end).toMatchObject({ code: 2 })
    expect(end.stdout).toMatch(/requests +2, 1 succeeded, 1 cancelled\n/)
    expect(resultsIn(await batches('results', id)).toSorted()).toEqual([
      ['good', 'succeeded'],
      ['stopped', 'canceled'],
    ])
  })

  it('give its results as the server has them, what is finished while it runs, or all once it has ended', async () => {
    provider.hold('wait')
    const { id } = await create(GOOD, messageRequest('later', 'wait'))
    await until('the call', () => provider.waiting() === 1)
    const early = await until('the first result', async () => {
      const end = await batches('results', id)
      return end.stdout !== '' && end
    })
    expect(resultsIn(early)).toEqual([['good', 'succeeded']])
    expect(early.stderr).toContain('it still runs, --follow waits for the rest')
    const followed = batches('results', id, '--follow')
    provider.open()
    expect(resultsIn(await followed)).toEqual([
      ['good', 'succeeded'],
      ['later', 'succeeded'],
    ])
    const { text } = await call(`${server.url}/v1/messages/batches/${id}/results`, { key: server.key })
    expect(await batches('results', id)).toMatchObject({ code: 0, stdout: text })
  })

  it('retry what failed, and merge; where nothing failed, the server says so', async () => {
    const { id } = await ended(GOOD, BAD)
    const retried = await batches('retry', id)
    expect(retried).toMatchObject({ code: 0 })
    expect(retried.stdout).toMatch(/^batch +msgbatch_\w+\nstatus +in_progress\nrequests +1\n/)
    const merged = await batches('retry', id, '--merged')
    expect(merged).toMatchObject({ code: 0 })
    expect(resultsIn(merged)).toEqual([
      ['good', 'succeeded'],
      ['bad', 'errored'],
    ])
    const { id: whole } = await ended(GOOD)
    const refused = await batches('retry', whole)
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: `sheepfold: ${whole} has no failed or expired request\n`,
    })
  })
})

describe('sheepfold batches show, of one that mixes models', () => {
  const models = ['batch-4.1', 'batch-pro']

  it('tells the counts of all, of messages', async () => {
    const { id } = await ended(
      ...models.map((model) => messageRequest(model.replace('.', '-'), 'x', { model })),
    )
    expect((await batches('show', id)).stdout).toMatch(/requests +2, 2 succeeded\n/)
  })

  it('tells the counts of all and no model, of a file', async () => {
    const client = createClient({ baseUrl: server.url, apiKey: server.key })
    const content = models.map((model) => `${chatLine(model, 'x', { model })}\n`).join('')
    const file = await client.files.upload({ content, filename: 'mixed.jsonl' })
    const { id } = await client.fileBatches.create({ input_file_id: file.id })
    const end = await batches('watch', id)
    expect(end).toMatchObject({ code: 0 })
    const shown = await batches('show', id)
    expect(shown.stdout).toMatch(/requests +2, 2 succeeded\n/)
    expect(shown.stdout).not.toMatch(/^model /m)
  })
})
