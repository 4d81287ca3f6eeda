import { describe, expect, it } from 'vitest'
import { NARROW_TARGET, narrowLookUp } from '../../translate/check/translation.fixture.ts'
import type { Way } from '../../translate/check/way.ts'
import { readNativeBatch } from './read.ts'
import { chunked, orderOf, storedNames } from './take-in.fixture.ts'

const TRANSLATED: Way = { kind: 'translated', targets: [NARROW_TARGET] }

const takeIn = async (body: object, way: Way = TRANSLATED) => {
  const order = orderOf()
  const translation = { wayOf: () => way, lossy: 'refuse' as const, lookUp: narrowLookUp }
  const bytes = Buffer.from(JSON.stringify({ model: 'batch-4.1', ...body }))
  const intake = await readNativeBatch({ ...order, translation, body: chunked(bytes, 1_000) })
  return { intake, stored: await storedNames(order.blobs) }
}

const SEEDED = { prompt: 'x', options: { seed: 1, max_tokens: 1 } }

describe('a native batch for a model that is spoken to in another format', () => {
  it('is refused with each request that would lose something, and nothing of it stays', async () => {
    const tasks = [{ prompt: 'x', options: { max_tokens: 1 } }, SEEDED, SEEDED]
    const { intake, stored } = await takeIn({ tasks })
    expect(intake).toMatchObject({
      kind: 'invalid',
      code: 'invalid_items',
      faultsTotal: 2,
      faults: [
        { index: 1, code: 'lossy', field: 'options.seed' },
        { index: 2, code: 'lossy', field: 'options.seed' },
      ],
    })
    expect(stored).toEqual([])
  })

  it('is taken with its report where the body says so, also behind the requests', async () => {
    const { intake } = await takeIn({ tasks: [SEEDED, { ...SEEDED, custom_id: 'mine' }], lossy: 'warn' })
    expect(intake.kind === 'accepted' && JSON.parse(intake.losses ?? 'null')).toEqual([
      {
        model: 'batch-4.1',
        endpoint: '/v1/chat/completions',
        field: 'options.seed',
        action: 'dropped',
        requests: 2,
        example: 'request-0000000',
        from: '1',
        to: null,
      },
    ])
  })

  it('is judged by what all of its requests have from the batch too, large ones as well', async () => {
    const tasks = Array.from({ length: 5 }, () => ({ prompt: 'x'.repeat(200_000) }))
    const { intake } = await takeIn({ tasks, options: { seed: 3, max_tokens: 5 } })
    expect(intake).toMatchObject({ kind: 'invalid', faultsTotal: 5 })
  })

  it('reports what is only filled in, and refuses nothing for it', async () => {
    const { intake, stored } = await takeIn({ input: [{ role: 'user', content: 'x' }] })
    expect(intake.kind === 'accepted' && JSON.parse(intake.losses ?? 'null')).toMatchObject([
      { field: 'options.max_tokens', action: 'defaulted', to: '4096' },
    ])
    expect(stored).toHaveLength(1)
  })

  it('is refused as a whole where no deployment of its model has the endpoint', async () => {
    const { intake, stored } = await takeIn({ tasks: [SEEDED], lossy: 'warn' }, { kind: 'nowhere' })
    expect(intake).toMatchObject({ kind: 'invalid', code: 'untranslatable', field: 'model' })
    expect(stored).toEqual([])
  })

  it('says of nothing else than "refuse" and "warn" what losses are', async () => {
    expect((await takeIn({ tasks: [SEEDED], lossy: true })).intake).toMatchObject({
      kind: 'invalid',
      code: 'invalid_value',
      field: 'lossy',
    })
  })
})
