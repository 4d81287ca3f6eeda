import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../json.ts'
import { translationFor } from '../registry.ts'
import type { Media, RequestContext, Translation } from '../translation.ts'

const FOLDER = join(import.meta.dirname, 'golden')

/** What a case gives; what it comes to lies beside it in the same file. */
interface Case {
  readonly about: string
  readonly endpoint: string
  readonly provider: RequestContext['provider']
  readonly model: string
  readonly headers?: Readonly<Record<string, string>>
  readonly media?: Readonly<Record<string, Media>>
  readonly request: JsonObject
  readonly answer?: JsonObject
  readonly error?: { readonly status: number; readonly code: string; readonly message: string }
  readonly events?: readonly JsonObject[]
}

const NOW = Date.UTC(2026, 10, 24)

describe('each golden file', () => {
  for (const name of readdirSync(FOLDER)) {
    it(`holds what becomes of ${name.replace('.json', '')}`, async () => {
      const path = join(FOLDER, name)
      const given = read(path)
      const translation = translationFor(given.endpoint, given.provider)
      if (!translation) throw new Error(`no translation for ${name}`)
      const whole = { ...given, ...translated(given, translation) }
      await expect(`${JSON.stringify(whole, null, 2)}\n`).toMatchFileSnapshot(path)
    })
  }
})

const read = (path: string): Case => {
  const whole: Case = JSON.parse(readFileSync(path, 'utf8'))
  const { about, endpoint, provider, model, headers, media, request, answer, error, events } = whole
  return {
    about,
    endpoint,
    provider,
    model,
    request,
    ...(headers && { headers }),
    ...(media && { media }),
    ...(answer && { answer }),
    ...(error && { error }),
    ...(events && { events }),
  }
}

const translated = (given: Case, translation: Translation): JsonObject => {
  const { model, provider, headers = {}, request, answer, error, events } = given
  const context = { now: NOW, asked: request }
  const asked = {
    provider,
    model,
    headers,
    outputTokensDefault: 4_096,
    media: new Map(Object.entries(given.media ?? {})),
    isStream: request.stream === true,
  }
  const { kind, ...outcome } = translation.request(request, asked)
  return {
    [kind]: kind === 'translated' && 'request' in outcome ? outcome.request : outcome,
    losses: 'losses' in outcome ? outcome.losses : undefined,
    answerTranslated: answer && translation.answer(answer, context),
    errorTranslated: error && translation.error(error),
    eventsTranslated: events && streamed(translation, events, context),
  }
}

/** Line by line, as a file of them would look. */
const streamed = (
  translation: Translation,
  events: readonly JsonObject[],
  context: { readonly now: number; readonly asked: JsonObject },
): readonly string[] => {
  const { stream_options: options } = context.asked
  const hidesUsage = !isObject(options) || options.include_usage !== true
  const translator = translation.events({ ...context, hidesUsage })
  const out = events.map((event) => translator.take(event)).join('') + translator.end()
  return out.split('\n').filter((line) => line !== '')
}
