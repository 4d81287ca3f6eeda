import { expect, test } from 'vitest'
import { API_KEY } from '../support/serve.ts'
import { withStage } from '../support/stage.ts'
import { auditOf } from '../support/stored.ts'
import { letAnHourPass, makeCall, usageOf } from '../support/usage.ts'
import { until } from '../support/wait.ts'

const FAST = { simulator: { defaults: { firstByteMs: 1, answerTokens: 5 } } }

test('what ordinary calls were charged is in the books once their hour is over', () =>
  withStage(FAST, async (stage) => {
    const first = await stage.start()
    for (const text of ['one', 'two', 'three']) expect(await makeCall(first.url, text)).toBe(true)
    await until('their usage', async () => (await usageOf(stage.dataDir)).calls === 3)
    expect(await auditOf(stage.dataDir)).toMatchObject({ postings: 0, findings: [] })
    expect((await first.stop()).code).toBe(0)
    await letAnHourPass(stage.dataDir)
    await stage.start()
    await until('the hour to be posted', async () => (await usageOf(stage.dataDir)).unposted === 0)
    const { charge } = await usageOf(stage.dataDir)
    const { balances, findings } = await auditOf(stage.dataDir)
    expect(findings).toEqual([])
    expect(balances).toContainEqual({ account: 'revenue', currency: 'USD', amount: charge })
    expect(balances).toContainEqual({
      account: 'account:acct_default:available',
      currency: 'USD',
      amount: -charge,
    })
  }))

test('a stream that the end of the process cuts is recorded all the same: nobody is charged, and its cost is waste', () =>
  withStage(
    { simulator: { defaults: { firstByteMs: 1, tokenMs: 50, answerTokens: 10_000 } } },
    async (stage) => {
      const serve = await stage.start({ drain: 0 })
      const response = await fetch(`${serve.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: 'batch-4.1',
          stream: true,
          messages: [{ role: 'user', content: 'a long story' }],
        }),
      })
      const pieces = response.body?.getReader()
      expect((await pieces?.read())?.done).toBe(false)
      const rest = restOf(pieces)
      expect((await serve.stop()).code, serve.stderr()).toBe(0)
      expect(await rest).toContain('"code":"stream_broken"')
      const { calls, charge, waste } = await usageOf(stage.dataDir)
      expect({ calls, charge }).toEqual({ calls: 1, charge: 0n })
      expect(waste).toBeGreaterThan(0n)
      expect((await auditOf(stage.dataDir)).findings).toEqual([])
    },
  ))

const restOf = async (pieces: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<string> => {
  let text = ''
  for (let piece = await pieces?.read(); piece && !piece.done; piece = await pieces?.read()) {
    text += Buffer.from(piece.value).toString('utf8')
  }
  return text
}
