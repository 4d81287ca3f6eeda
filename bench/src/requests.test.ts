import { expect, test } from 'vitest'
import { batchSize, chatBody, prompts } from './requests.ts'

test('every request is another one and has 481 bytes', () => {
  expect(new Set(prompts).size).toBe(batchSize)
  expect(new Set(prompts.map((prompt) => Buffer.byteLength(chatBody(prompt))))).toEqual(new Set([481]))
})
