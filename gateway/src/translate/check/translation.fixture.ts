import type { Loss } from '../loss.ts'
import type { TranslationLookup } from '../registry.ts'
import type { Translation } from '../translation.ts'

/** A format that knows neither `seed` nor `n`, has no more than a temperature of 1, and wants a limit of the output. */
export const narrowTranslation: Translation = {
  endpoint: 'narrow',
  media: () => [],
  request(request, { outputTokensDefault }) {
    if (request.n !== undefined && request.n !== 1) {
      return { kind: 'untranslatable', field: 'n', message: "'n' must be 1: there is one answer." }
    }
    const losses: Loss[] = []
    if (request.seed !== undefined) losses.push({ field: 'seed', action: 'dropped', from: `${request.seed}` })
    if (Number(request.temperature) > 1) {
      losses.push({ field: 'temperature', action: 'clamped', from: `${request.temperature}`, to: '1' })
    }
    if (request.max_tokens === undefined) {
      losses.push({ field: 'max_tokens', action: 'defaulted', to: `${outputTokensDefault}` })
    }
    const messages = Array.isArray(request.messages) ? request.messages : []
    for (const [at, message] of messages.entries()) {
      if ('name' in message) losses.push({ field: `messages[${at}].name`, action: 'dropped' })
    }
    return { kind: 'translated', request: {}, losses }
  },
  answer: (answer) => answer,
  error: ({ message }) => ({ message }),
  events: () => ({ take: () => '', end: () => '' }),
}

/** Chat completions are all that there is a translation of, and only to this provider. */
export const narrowLookUp: TranslationLookup = (endpoint, provider) =>
  endpoint === '/v1/chat/completions' && provider === 'anthropic' ? narrowTranslation : undefined

export const NARROW_TARGET = { provider: 'anthropic', model: 'narrow-1', outputTokensDefault: 4_096 } as const
