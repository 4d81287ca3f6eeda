import { join } from 'node:path'
import { describe } from 'vitest'
import { goldenCases } from '../reading/golden.fixture.ts'
import { anthropicToGemini } from './anthropic-to-gemini.ts'

describe('a message by Gemini', () => {
  goldenCases(join(import.meta.dirname, 'golden'), anthropicToGemini)
})
