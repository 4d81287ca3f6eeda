import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../json.ts'
import type { Media, RequestContext, Translation } from '../translation.ts'

/** A conversation as people read it: what is asked and sent, what comes and is answered. */
interface Golden {
  readonly model: string
  readonly headers?: RequestContext['headers']
  readonly media?: Readonly<Record<string, Media>>
  readonly request: JsonObject
  readonly sent?: JsonObject
  readonly losses?: readonly JsonObject[]
  readonly untranslatable?: JsonObject
  readonly answered?: JsonObject
  readonly answer?: JsonObject
}

export const GOLDEN_NOW = 1_764_200_000_000

/** Each file of the folder is one case, and holds what the translation makes of it to the letter. */
export const goldenCases = (folder: string, translation: Translation): void => {
  const files = readdirSync(folder)
  it('has cases', () => expect(files.length).toBeGreaterThan(0))
  describe.each(files)('%s', (file) => {
    const golden: Golden = JSON.parse(readFileSync(join(folder, file), 'utf8'))

    it('is sent as it says', () => {
      const outcome = translation.request(golden.request, {
        provider: 'gemini',
        model: golden.model,
        outputTokensDefault: 4_096,
        media: new Map(Object.entries(golden.media ?? {})),
        isStream: false,
        headers: golden.headers ?? {},
      })
      if (outcome.kind === 'untranslatable') {
        const { field, message } = outcome
        expect(pretty({ untranslatable: { field, message } })).toBe(
          pretty({ untranslatable: golden.untranslatable }),
        )
      } else {
        const { request: sent, losses } = outcome
        expect(pretty({ sent, losses })).toBe(pretty({ sent: golden.sent, losses: golden.losses }))
      }
    })

    const { answered } = golden
    if (!answered) return
    it('is answered as it says', () => {
      const answer = translation.answer(answered, { now: GOLDEN_NOW, asked: golden.request })
      expect(pretty(answer)).toBe(pretty(golden.answer))
    })
  })
}

const pretty = (json: unknown): string => JSON.stringify(json, null, 2)
