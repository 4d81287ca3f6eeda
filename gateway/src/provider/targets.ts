import type { Deployment } from './deployment.ts'
import type { CallerHeaders, Protocol, Target } from './protocol.ts'

/** Versions and beta lists that callers name; beyond so many, targets are made anew. */
const TARGETS_KEPT = 64

const NO_HEADERS: CallerHeaders = {}

/**
 * The targets of one endpoint at one deployment, each made once: the HTTP client knows the text of a target's
 * headers by the object.
 */
export class Targets {
  readonly #make: (isStream: boolean, headers: CallerHeaders) => Target
  #whole: Target | undefined
  #streamed: Target | undefined
  readonly #byHeaders = new Map<string, Target>()

  constructor(protocol: Protocol, deployment: Deployment, endpoint: string) {
    this.#make = (isStream, headers) => protocol.target(deployment, endpoint, { isStream, headers })
  }

  of(isStream: boolean, headers: CallerHeaders | undefined): Target {
    if (headers) return this.#withHeaders(isStream, headers)
    if (isStream) {
      this.#streamed ??= this.#make(true, NO_HEADERS)
      return this.#streamed
    }
    this.#whole ??= this.#make(false, NO_HEADERS)
    return this.#whole
  }

  #withHeaders(isStream: boolean, headers: CallerHeaders): Target {
    const key = `${isStream} ${JSON.stringify(headers)}`
    let target = this.#byHeaders.get(key)
    if (!target) {
      target = this.#make(isStream, headers)
      if (this.#byHeaders.size >= TARGETS_KEPT) this.#byHeaders.clear()
      this.#byHeaders.set(key, target)
    }
    return target
  }
}
