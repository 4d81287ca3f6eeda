import type { Trouble } from '../batch/trouble.ts'
import { type Clock, sleep } from '../clock/clock.ts'

/** Whether the server can take work, and what keeps it from that. */
export interface Health {
  checks(): Promise<readonly HealthCheck[]>
}

export interface HealthCheck {
  readonly name: 'store' | 'worker' | 'disk' | 'shutdown'
  readonly ok: boolean
  /** Where it is not: why, without a secret and without what a database said. */
  readonly message?: string
}

export interface HealthSources {
  readonly clock: Clock
  /** Resolves where the store answers. */
  readonly ping: () => Promise<void>
  readonly holdsLease: () => boolean
  readonly noRoom: () => Trouble | undefined
  readonly isStopping: () => boolean
}

/** The store is asked once a second at most, whoever asks us. */
const LOOK_MS = 1_000
/** A look that takes longer has failed, and whoever asked has waited long enough. */
const LOOK_MS_MAX = 2_000

export const createHealth = (sources: HealthSources): Health => {
  const { clock } = sources
  let storeTrouble: string | undefined
  let looking: Promise<void> | undefined
  let asking: Promise<string | undefined> | undefined
  let lookedAt = Number.NEGATIVE_INFINITY

  /** One that still waits for its answer is not followed by another: they would pile up before a store that hangs. */
  const askStore = (): Promise<string | undefined> => {
    asking ??= sources
      .ping()
      .then(
        () => undefined,
        () => 'the store does not answer',
      )
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  const look = async (): Promise<void> => {
    lookedAt = clock.monotonic()
    storeTrouble = await Promise.race([
      askStore(),
      sleep(clock, LOOK_MS_MAX).then(() => `the store has not answered for ${LOOK_MS_MAX / 1_000} s`),
    ])
    looking = undefined
  }

  return {
    async checks() {
      if (looking === undefined && clock.monotonic() - lookedAt >= LOOK_MS) looking = look()
      await looking
      return [
        check('store', storeTrouble),
        check('worker', sources.holdsLease() ? undefined : 'the worker does not hold its lease'),
        check('disk', sources.noRoom()?.message),
        check('shutdown', sources.isStopping() ? 'the server is shutting down' : undefined),
      ]
    },
  }
}

const check = (name: HealthCheck['name'], message: string | undefined): HealthCheck =>
  message === undefined ? { name, ok: true } : { name, ok: false, message }
