import type { Digest } from './digest.ts'
import { chanceOf } from './digest.ts'
import type { Fault } from './options.ts'
import { streamFaultKinds } from './options.ts'

/** What decides whether a fault strikes a call. */
export interface Call {
  /** Absent where the call names none, such as a look at the list of models. */
  readonly model: string | undefined
  readonly key: string
  readonly body: Buffer
  /** It asks for a stream, and may get one. */
  readonly streamed: boolean
  readonly digest: Digest
  /** How many calls with the same body came before this one. */
  readonly callsBefore: number
  readonly sinceStartMs: number
}

interface Armed {
  readonly fault: Fault
  readonly salt: number
  readonly nth: ReadonlySet<number> | undefined
  readonly streamsOnly: boolean
  calls: number
}

const concerns = (fault: Fault, call: Call): boolean => {
  if (fault.fromMs !== undefined && call.sinceStartMs < fault.fromMs) return false
  if (fault.toMs !== undefined && call.sinceStartMs >= fault.toMs) return false
  if (fault.model !== undefined && fault.model !== call.model) return false
  if (fault.key !== undefined && fault.key !== call.key) return false
  if (fault.firstCalls !== undefined && call.callsBefore >= fault.firstCalls) return false
  return fault.contains === undefined || call.body.includes(fault.contains)
}

const strikes = (armed: Armed, call: Call): boolean => {
  const { fault, nth, salt } = armed
  if (armed.streamsOnly && !call.streamed) return false
  if (!concerns(fault, call)) return false
  armed.calls++
  if (nth && !nth.has(armed.calls)) return false
  if (fault.every !== undefined && armed.calls % fault.every !== 0) return false
  return fault.rate === undefined || chanceOf(call.digest, salt + call.callsBefore) < fault.rate
}

/** The faults in force; counts for `nth` and `every` start anew when the list is replaced. */
export class Faults {
  readonly list: readonly Fault[]
  readonly #armed: readonly Armed[]

  constructor(list: readonly Fault[], seed: number) {
    this.list = list
    this.#armed = list.map((fault, at) => ({
      fault,
      // Far apart, so that the salt of one fault at its nth call is not that of its neighbour.
      salt: Math.imul(seed + 1, 0x9e3779b1) + (at + 1) * 0x0100_0193,
      nth:
        fault.nth === undefined
          ? undefined
          : new Set(typeof fault.nth === 'number' ? [fault.nth] : fault.nth),
      streamsOnly: Object.hasOwn(streamFaultKinds, fault.kind),
      calls: 0,
    }))
  }

  strike(call: Call): Fault | undefined {
    for (const armed of this.#armed) if (strikes(armed, call)) return armed.fault
    return undefined
  }

  /** Looks at the models are made with a key and without a request: only the key can fail them. */
  strikeLook(call: Call): Fault | undefined {
    for (const armed of this.#armed) {
      if (armed.fault.kind === 'key_revoked' && concerns(armed.fault, call)) return armed.fault
    }
    return undefined
  }
}
