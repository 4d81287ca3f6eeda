import { describe, expect, it } from 'vitest'
import { NARROW_TARGET, narrowLookUp } from '../translate/check/translation.fixture.ts'
import type { Way } from '../translate/check/way.ts'
import { FileReader } from './file/file-reader.ts'
import { DEFAULT_FILE_LIMITS, DEFAULT_INTAKE_LIMITS } from './limits.ts'
import {
  lineFaultsOf,
  RequestLossCheck,
  type RequestLosses,
  summaryFor,
  type TranslatedWay,
  translatedWays,
} from './request-losses.ts'

const CHAT = '/v1/chat/completions'
const WAY: TranslatedWay = { model: 'claude', endpoint: CHAT, targets: [NARROW_TARGET] }
const OTHER: TranslatedWay = { ...WAY, model: 'sonnet' }

const lossesOf = (ways: readonly TranslatedWay[], models: readonly string[]): RequestLosses | null => {
  const check = new RequestLossCheck(ways, 10, narrowLookUp)
  for (const [at, model] of models.entries()) {
    check.take({ model, endpoint: CHAT, body: { seed: 1, max_tokens: 1 }, customId: `r-${at}`, at: at + 1 })
  }
  return check.losses()
}

describe('the ways on which requests are translated', () => {
  it('are those of each model and endpoint, and none of what passes or goes nowhere', () => {
    const wayOf = (model: string, endpoint: string): Way => {
      if (model === 'gpt') return { kind: 'passes' }
      return endpoint === CHAT ? { kind: 'translated', targets: [NARROW_TARGET] } : { kind: 'nowhere' }
    }
    expect(translatedWays(new Set(['gpt', 'claude']), [CHAT, '/v1/embeddings'], wayOf)).toEqual([WAY])
  })
})

describe('what was found in a file', () => {
  it('is of the models that are translated alone', () => {
    expect(lossesOf([WAY], ['gpt', 'gpt'])).toBeNull()
    expect(lossesOf([WAY, OTHER], ['gpt', 'claude'])).toMatchObject({
      ways: [WAY],
      summary: { report: [{ model: 'claude', field: 'seed', requests: 1, example: 'r-1' }] },
    })
  })

  it('holds for the ways that it was found on, in any order, and for no others', () => {
    const losses = lossesOf([WAY, OTHER], ['claude', 'sonnet'])
    // As it is stored and read again.
    const stored: RequestLosses = JSON.parse(JSON.stringify(losses))
    expect(summaryFor(stored, [WAY, OTHER])).toEqual(losses?.summary)
    expect(summaryFor(stored, [OTHER, WAY])).toEqual(losses?.summary)
    expect(summaryFor(stored, [WAY])).toBeUndefined()
    const changed = { ...OTHER, targets: [{ ...NARROW_TARGET, outputTokensDefault: 1 }] }
    expect(summaryFor(stored, [WAY, changed])).toBeUndefined()
    // One that was stored before there were losses.
    expect(summaryFor(undefined, [WAY])).toBeUndefined()
    expect(summaryFor(null, [WAY])).toBeUndefined()
  })

  it('is told by line and by the place in the body', () => {
    const lossy = lossesOf([WAY], ['gpt', 'claude'])?.summary.lossy ?? { shown: [], total: 0 }
    expect(lineFaultsOf(lossy)).toMatchObject([{ line: 2, code: 'lossy', param: 'body.seed' }])
  })
})

describe('a file that is read', () => {
  const read = async (ways: readonly TranslatedWay[]) => {
    const lines = ['a', 'b'].map((id) =>
      JSON.stringify({
        custom_id: id,
        method: 'POST',
        url: CHAT,
        body: { model: 'claude', messages: [{ role: 'user', content: 'x' }], seed: 1 },
      }),
    )
    const limits = { ...DEFAULT_INTAKE_LIMITS, ...DEFAULT_FILE_LIMITS }
    const reader = new FileReader(limits, { next: () => 0.3 }, ways)
    const bytes = Buffer.from(`${lines.join('\n')}\n`)
    reader.push(bytes)
    const contents = await reader.end(async (start, length) => bytes.subarray(start, start + length))
    return { contents, shards: reader.takeShards() }
  }

  it('has the same shards and faults whether its losses are looked for or not', async () => {
    const [plain, checked] = [await read([]), await read([WAY])]
    expect(plain.contents.losses).toBeNull()
    expect(checked.contents.losses?.summary.lossy).toMatchObject({ total: 2, shown: [{ at: 1 }, { at: 2 }] })
    expect({ ...checked.contents, losses: null }).toEqual(plain.contents)
    expect(checked.shards).toEqual(plain.shards)
  })
})
