import type { Clock } from '../../clock/clock.ts'
import type { CallObserver } from '../../execute/observer.ts'
import { providerCallAttributes } from './provider-call.ts'
import type { Tracer } from './tracer.ts'

/** The spans of an ordinary call, within that of its request: before the gate, and at the provider. */
export const callSpans = (tracer: Tracer, clock: Clock): CallObserver => ({
  entered({ trace, purchase }, route, waitedMs) {
    if (trace === null) return
    const at = clock.now()
    const attributes = { 'sheepfold.model': purchase.model, 'sheepfold.deployment': route?.deployment.id }
    const span = tracer.start('gate wait', { parent: trace, at: at - waitedMs, attributes })
    span.end({ at, ...(route ? {} : { failed: 'not_entered' }) })
  },
  tried({ trace, purchase }, call) {
    if (trace === null) return
    const at = clock.now()
    const failed = call.verdict.kind === 'failure' ? call.verdict.class : undefined
    const span = tracer.start('provider call', {
      parent: trace,
      kind: 'client',
      at: at - call.outcome.totalMs,
      attributes: { 'sheepfold.model': purchase.model, ...providerCallAttributes(call) },
    })
    span.end({ at, ...(failed === undefined ? {} : { failed }) })
  },
})
