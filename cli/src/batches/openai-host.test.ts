import { createClient } from '@sheepfold/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type OpenAiDouble, openAiKey, startOpenAiDouble } from '../testing/openai-double.ts'
import { startCommand } from '../testing/run-command.ts'
import { createRunFolder, type RunFolder } from '../testing/run-folder.ts'

/** `sheepfold batches` and `files` at a host that knows OpenAI's dialect and nothing more. */

let double: OpenAiDouble
let folder: RunFolder

beforeEach(async () => {
  double = await startOpenAiDouble()
  folder = createRunFolder()
})

afterEach(async () => {
  await double.close()
  folder.remove()
})

const sheepfold = (...args: string[]) =>
  startCommand([...args, '--base-url', `${double.url}/v1`, '--api-key', openAiKey]).ended

const makeBatch = async (ids: readonly string[]): Promise<string> => {
  const client = createClient({ baseUrl: double.url, apiKey: openAiKey })
  const lines = ids.map((custom_id) => ({
    custom_id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'gpt-4.1', messages: [{ role: 'user', content: custom_id }] },
  }))
  const content = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const { id } = await client.files.upload({ content, filename: 'in.jsonl' })
  return (await client.fileBatches.create({ input_file_id: id, metadata: { night: '1' } })).id
}

const idsIn = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line): string => JSON.parse(line).custom_id)

describe("a host of OpenAI's", () => {
  it('is asked for page after page of batches', async () => {
    for (let made = 0; made < 120; made++) await makeBatch(['a'])
    const end = await sheepfold('batches', 'list', '--limit', '110', '--json')
    const { data, has_more } = JSON.parse(end.stdout)
    expect(data).toHaveLength(110)
    expect(data[0].id).toBe('batch_120')
    expect(has_more).toBe(true)
    expect((await sheepfold('batches', 'list', '--limit', '1')).stderr).toContain(
      'There are more: --after batch_120',
    )
  })

  it('is watched to the end', async () => {
    const id = await makeBatch(['a', 'b'])
    double.decide = (each) => (each === 'b' ? 'refused' : 'succeeded')
    double.polls = 3
    const end = await sheepfold('batches', 'watch', id)
    expect(end).toMatchObject({ code: 2 })
    expect(end.stdout).toMatch(/status +completed\nrequests +2, 1 succeeded, 1 failed/)
    expect(end.stdout).toMatch(/metadata night +1/)
  })

  it('gives both of its files, and with --follow waits for them', async () => {
    const id = await makeBatch(['a', 'b', 'c'])
    double.decide = (each) => (each === 'b' ? 'refused' : 'succeeded')
    const early = await sheepfold('batches', 'results', id)
    expect(early).toMatchObject({ code: 0, stdout: '' })
    expect(early.stderr).toContain('it still runs')
    const end = await sheepfold('batches', 'results', id, '--follow')
    expect(end).toMatchObject({ code: 0 })
    expect(idsIn(end.stdout)).toEqual(['c', 'a', 'b'])
  })

  it('says why it refused a batch', async () => {
    const id = await makeBatch(['a'])
    double.reject = { code: 'invalid_json_line', message: 'This line is not parseable.', line: 7 }
    const end = await sheepfold('batches', 'watch', id)
    expect(end).toMatchObject({ code: 2 })
    expect(end.stdout).toMatch(/error +line 7: This line is not parseable\./)
  })

  it.each([
    [['batches', 'retry', 'batch_1'], 'Invalid URL'],
    [['batches', 'results', 'batch_1', '--merged'], 'Invalid URL'],
    [['batches', 'show', 'batch_9'], "No batch found with id 'batch_9'."],
    [['files', 'delete', 'file-9'], 'No such File object: file-9'],
  ])('refuses %j in its own words', async (args, words) => {
    await makeBatch(['a'])
    const end = await sheepfold(...args)
    expect(end).toMatchObject({ code: 1 })
    expect(end.stderr).toBe(`sheepfold: ${words}\n`)
  })
})
