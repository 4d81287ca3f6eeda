import { describe, expect, it } from 'vitest'
import { answer, type Cases, type Stage } from './stage.fixture.ts'

const LARGE_LINE_BYTES = 40_000

const linesOf = async (stage: Stage, shard: number): Promise<string> => {
  const output = await stage.tenant().output('b', shard)
  if (output?.kind !== 'lines') throw new Error(`shard ${shard} shows ${output?.kind}`)
  return Buffer.from(output.lines).toString()
}

export const outputCases = ({ open }: Cases): void => {
  describe('what a shard has to show', () => {
    it('is nothing before the first answer, and not there past the last shard', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [2, 2] })
      expect(await linesOf(stage, 1)).toBe('')
      expect(await stage.tenant().output('b', 2)).toBeUndefined()
      expect(await stage.tenant().output('never-was', 0)).toBeUndefined()
    })

    it('is what it has answered so far, in input order, also after it changed hands', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [5] })
      await stage.join('w')
      const { id } = await stage.claimOne('w')
      const line = (position: number): string => `${position}`.repeat(LARGE_LINE_BYTES)
      for (const position of [4, 0, 2, 1]) {
        await stage.append('w', id, [answer(position, { line: Buffer.from(`${line(position)}\n`) })])
      }
      const soFar = [0, 1, 2, 4].map((position) => `${line(position)}\n`).join('')
      expect(await linesOf(stage, 0)).toBe(soFar)
      await stage.engine.leave('w')
      expect(await linesOf(stage, 0)).toBe(soFar)
      expect(await stage.findings()).toEqual([])
    })

    it('has the index that it was accepted with, whatever became of it, for its account alone', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [2, 3] })
      const indexOf = async (shard: number): Promise<string> =>
        Buffer.from((await stage.tenant().index('b', shard)) ?? []).toString()
      expect(await indexOf(1)).toBe('index of b 1')
      expect(await stage.tenant().index('b', 2)).toBeUndefined()
      expect(await stage.tenant('another').index('b', 0)).toBeUndefined()
      await stage.join('w')
      const shard = await stage.claimOne('w')
      await stage.finish('w', shard)
      expect([await indexOf(0), await indexOf(1)]).toEqual(['index of b 0', 'index of b 1'])
    })

    it('is its segment once it is sealed, while its neighbour still runs', async () => {
      const stage = await open()
      await stage.accept({ id: 'b', counts: [2, 2] })
      await stage.join('w')
      const [first, second] = await stage.claim('w')
      if (!first || !second) throw new Error('two shards wait')
      await stage.append('w', first.id, [answer(1)])
      await stage.append('w', second.id, [answer(1)])
      await stage.finish('w', { ...first, done: new Uint8Array([0b10]) })
      const output = await stage.tenant().output('b', 0)
      expect(output).toMatchObject({ kind: 'segment', blob: 'segments/b/0-1.jsonl', bytes: 18 })
      expect(await stage.text('segments/b/0-1.jsonl')).toBe('{"at":0}\n{"at":1}\n')
      expect(await linesOf(stage, 1)).toBe('{"at":1}\n')
    })
  })
}
