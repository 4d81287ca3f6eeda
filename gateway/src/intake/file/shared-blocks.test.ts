import fc from 'fast-check'
import { expect, it } from 'vitest'
import { filledBlocks, SharedBlocks } from './shared-blocks.ts'

async function* chunksOf(lengths: readonly number[]): AsyncGenerator<Buffer> {
  let value = 0
  for (const length of lengths) {
    value += 1
    yield Buffer.alloc(length, value)
  }
}

it('blocks hold all bytes in their order, however they came and whenever blocks come back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 90_000 }), { maxLength: 8 }),
      fc.boolean(),
      async (lengths, isGivenBack) => {
        const blocks = new SharedBlocks(65_536)
        const taken: Buffer[] = []
        const sizes: number[] = []
        for await (const { block, bytes } of filledBlocks(chunksOf(lengths), blocks)) {
          taken.push(Buffer.from(bytes))
          sizes.push(block.length)
          if (isGivenBack) blocks.giveBack(block)
        }
        const whole = lengths.map((length, at) => Buffer.alloc(length, at + 1))
        expect(Buffer.concat(taken).equals(Buffer.concat(whole))).toBe(true)
        expect(sizes.every((size, at) => size === (at === 0 ? 32_768 : 65_536))).toBe(true)
      },
    ),
  )
})
