import { expect, test } from 'vitest'
import { chosenSeed, seededRandom } from '../support/seeded-random.ts'
import { withStage } from '../support/stage.ts'
import { auditOf } from '../support/stored.ts'
import { letAnHourPass, makeCall, usageOf } from '../support/usage.ts'
import { until } from '../support/wait.ts'

const KILLS = process.env.SHEEPFOLD_TEST_LONG === '1' ? 25 : 3
const CALLERS = 4

test(`usage is short of the last interval at most, and never doubled, over ${KILLS} kills`, async () => {
  const random = seededRandom(chosenSeed())
  console.log(`kills: SHEEPFOLD_TEST_SEED=${random.seed}`)
  const simulator = { seed: random.seed, defaults: { firstByteMs: 5, answerTokens: 10 } }
  await withStage({ simulator }, async (stage) => {
    const { dataDir } = stage
    let sent = 0
    let answered = 0
    let recorded = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      const life = await stage.start()
      const callUntilKilled = async (): Promise<void> => {
        while (!life.hasExited()) {
          sent += 1
          if (await makeCall(life.url, `call ${sent}`)) answered += 1
        }
      }
      const callers = Array.from({ length: CALLERS }, callUntilKilled)
      const answeredBefore = answered
      const some = random.between(5, 50)
      await until('some answers', () => answered > answeredBefore + some)
      // What is answered by now is recorded while calls go on …
      const due = recorded + answered - answeredBefore
      await until('their usage', async () => (await usageOf(dataDir)).calls >= due)
      const more = answered + random.between(0, 30)
      await until('more answers', () => answered > more)
      await life.kill('SIGKILL')
      await Promise.all(callers)
      // … and is there after the kill, with nothing that was never sent.
      recorded = (await usageOf(dataDir)).calls
      expect(recorded).toBeGreaterThanOrEqual(due)
      expect(recorded).toBeLessThanOrEqual(sent)
      expect((await auditOf(dataDir)).findings).toEqual([])
    }
    await letAnHourPass(dataDir)
    const last = await stage.start()
    await until('the hour to be posted', async () => (await usageOf(dataDir)).unposted === 0)
    expect((await last.stop()).code, last.stderr()).toBe(0)
    const { balances, findings } = await auditOf(dataDir)
    expect(findings).toEqual([])
    const { calls, charge } = await usageOf(dataDir)
    expect(calls).toBe(recorded)
    expect(balances.find(({ account }) => account === 'revenue')?.amount).toBe(charge)
  })
})
