import type { BilledText } from '../money/estimate-usage.ts'
import type { AnswerStream, StreamOrder } from './answer-stream.ts'
import type { CallOutcome } from './call.ts'
import type { Ask, Asked, Channel, Read } from './channel.ts'
import type { Deployment } from './deployment.ts'
import type { Protocol, Target } from './protocol.ts'
import { Targets } from './targets.ts'

/** For an endpoint that the provider has itself: bytes go out and come back as they are. */
export const passThrough = (protocol: Protocol, deployment: Deployment, endpoint: string): Channel => {
  const targets = new Targets(protocol, deployment, endpoint)
  return {
    ask: ({ body, isStream, headers }: Asked) =>
      new PassedThrough(protocol, endpoint, targets.of(isStream, headers), body),
  }
}

class PassedThrough implements Ask {
  readonly kind = 'ask'
  readonly target: Target
  readonly body: Buffer
  readonly #protocol: Protocol
  readonly #endpoint: string
  #answer: Buffer = NOTHING

  constructor(protocol: Protocol, endpoint: string, target: Target, body: Buffer) {
    this.#protocol = protocol
    this.#endpoint = endpoint
    this.target = target
    this.body = body
  }

  read(outcome: CallOutcome): Read {
    if (outcome.kind === 'answer') this.#answer = outcome.body
    return { outcome, verdict: this.#protocol.interpret(outcome, this.#endpoint) }
  }

  stream(order: StreamOrder): AnswerStream {
    return this.#protocol.stream(this.#endpoint, order)
  }

  billedText(): BilledText {
    return this.#protocol.billedText({
      endpoint: this.#endpoint,
      request: this.body,
      answer: this.#answer,
    })
  }
}

const NOTHING = Buffer.alloc(0)
