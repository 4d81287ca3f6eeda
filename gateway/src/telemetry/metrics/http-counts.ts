import type { AnsweredRequest } from '../../server/observer.ts'
import { Count, CountsByName } from './counts-by-name.ts'
import { Durations, HTTP_SECONDS } from './durations.ts'

/** Counts what comes in over HTTP. */
export class HttpCounts {
  readonly routes = new CountsByName(() => new CountsByName(() => new EndpointCounts()))
  readonly notHttp = new CountsByName(() => new Count())

  answered({ route, method, status, ms, bytes, isCut }: AnsweredRequest): void {
    const counts = this.routes.of(route).of(method)
    counts.statuses.of(isCut ? 'cut' : String(status)).value += 1
    counts.seconds.add(ms / 1_000)
    counts.bytes += bytes
  }
}

class EndpointCounts {
  readonly statuses = new CountsByName(() => new Count())
  readonly seconds = new Durations(HTTP_SECONDS)
  bytes = 0
}
