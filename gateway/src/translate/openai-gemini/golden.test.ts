import { join } from 'node:path'
import { describe } from 'vitest'
import { goldenCases } from '../reading/golden.fixture.ts'
import { openaiToGemini } from './openai-to-gemini.ts'

describe('a chat completion by Gemini', () => {
  goldenCases(join(import.meta.dirname, 'golden'), openaiToGemini)
})
