import type { BilledText } from '../money/estimate-usage.ts'
import type { AnswerStream, StreamOrder } from '../provider/answer-stream.ts'
import type { CallAnswer, CallOutcome } from '../provider/call.ts'
import type { Ask, Asked, Channel, Read } from '../provider/channel.ts'
import type { Deployment } from '../provider/deployment.ts'
import type { Failure } from '../provider/failure.ts'
import type { Protocol, Target } from '../provider/protocol.ts'
import { Targets } from '../provider/targets.ts'
import type { Success } from '../provider/verdict.ts'
import { type JsonObject, parseObject } from './json.ts'
import { fetchAll } from './media/fetch-all.ts'
import type { FetchMedia } from './media.ts'
import { TranslatedStream } from './translated-stream.ts'
import type { Media, Translation } from './translation.ts'

export interface TranslatedChannelOrder {
  readonly deployment: Deployment
  readonly protocol: Protocol
  readonly translation: Translation
  readonly fetchMedia: FetchMedia
  /** Unix milliseconds. */
  readonly now: () => number
}

const NO_MEDIA: ReadonlyMap<string, Media> = new Map()

/** For an endpoint that the provider does not have: requests go out in its format, answers come back in the caller's. */
export const translatedChannel = (order: TranslatedChannelOrder): Channel => {
  const { deployment, protocol, translation } = order
  const targets = new Targets(protocol, deployment, translation.endpoint)

  const prepare = (asked: Asked, given: JsonObject, media: ReadonlyMap<string, Media>): Ask | Failure => {
    const translated = translation.request(given, {
      provider: deployment.provider,
      model: deployment.providerModel,
      outputTokensDefault: deployment.outputTokensDefault,
      media,
      isStream: asked.isStream,
      headers: asked.headers ?? {},
    })
    if (translated.kind === 'untranslatable') return untranslatable(translated.message)
    const body = Buffer.from(JSON.stringify(translated.request))
    return new TranslatedAsk(order, { target: targets.of(asked.isStream, undefined), body, given })
  }

  const prepareWithMedia = async (
    asked: Asked,
    given: JsonObject,
    urls: readonly string[],
  ): Promise<Ask | Failure> => {
    const fetched = await fetchAll(order.fetchMedia, urls, asked.scope)
    return fetched.kind === 'unfetched' ? unfetched(fetched) : prepare(asked, given, fetched.media)
  }

  return {
    ask(asked) {
      const given = parseObject(asked.body.toString())
      if (!given) return untranslatable('the body of the request is no JSON object')
      const urls = translation.media(given)
      return urls.length === 0 ? prepare(asked, given, NO_MEDIA) : prepareWithMedia(asked, given, urls)
    },
  }
}

interface Prepared {
  readonly target: Target
  readonly body: Buffer
  /** The request as its caller sent it. */
  readonly given: JsonObject
}

class TranslatedAsk implements Ask {
  readonly kind = 'ask'
  readonly target: Target
  readonly body: Buffer
  readonly #order: TranslatedChannelOrder
  readonly #given: JsonObject
  /** As the provider sent it. */
  #answer: Buffer = NOTHING

  constructor(order: TranslatedChannelOrder, { target, body, given }: Prepared) {
    this.#order = order
    this.target = target
    this.body = body
    this.#given = given
  }

  read(outcome: CallOutcome): Read {
    const { protocol, translation } = this.#order
    const verdict = protocol.interpret(outcome, translation.endpoint)
    if (outcome.kind !== 'answer') return { outcome, verdict }
    this.#answer = outcome.body
    return verdict.kind === 'success'
      ? this.#translated(outcome, verdict)
      : inCallersEnvelope(translation, outcome, verdict)
  }

  stream({ hidesUsage }: StreamOrder): AnswerStream {
    const { protocol, translation, now } = this.#order
    const reading = protocol.stream(translation.endpoint, { hidesUsage: false })
    const events = translation.events({ now: now(), asked: this.#given, hidesUsage })
    return new TranslatedStream(reading, events)
  }

  billedText(): BilledText {
    const { protocol, translation } = this.#order
    return protocol.billedText({
      endpoint: translation.endpoint,
      request: this.body,
      answer: this.#answer,
    })
  }

  #translated(outcome: CallAnswer, success: Success): Read {
    const { translation, now } = this.#order
    const answer = translation.answer(success.json ?? parseObject(outcome.body.toString()) ?? {}, {
      now: now(),
      asked: this.#given,
    })
    const reply = { ...outcome, body: Buffer.from(JSON.stringify(answer)) }
    return { outcome: reply, verdict: { kind: 'success', answer: success.answer, reply } }
  }
}

const inCallersEnvelope = (translation: Translation, outcome: CallAnswer, failure: Failure): Read => {
  const status = failureStatus(outcome, failure)
  const { code, message } = failure
  const text = JSON.stringify(translation.error({ status, code, message }))
  return {
    outcome: { ...outcome, status, body: Buffer.from(text) },
    verdict: { ...failure, status, providerError: text },
  }
}

/** A success that says that the request cannot be answered is an error in every format but the provider's. */
const failureStatus = ({ status }: CallAnswer, failure: Failure): number =>
  status < 400 && failure.class === 'bad_request' ? 400 : status

const untranslatable = (message: string): Failure => ({
  kind: 'failure',
  class: 'bad_request',
  status: 400,
  code: 'untranslatable',
  message,
})

const unfetched = ({ url, message }: { readonly url: string; readonly message: string }): Failure => ({
  kind: 'failure',
  class: 'bad_request',
  status: 400,
  code: 'media_unreachable',
  message: `${url.slice(0, 200)} could not be fetched: ${message}`,
})

const NOTHING = Buffer.alloc(0)
