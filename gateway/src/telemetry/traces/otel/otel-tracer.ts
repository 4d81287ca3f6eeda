import type { Span as OtelSpan, Tracer as OtelTracer } from '@opentelemetry/api'
import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { parseTraceParent } from '@opentelemetry/core'
import type { Clock } from '../../../clock/clock.ts'
import type { Span, SpanStart, Tracer } from '../tracer.ts'

/** Our tracer over OpenTelemetry's. Each span is told its parent: no context is carried behind anybody's back. */
export const otelTracer = (tracer: OtelTracer, clock: Clock): Tracer => {
  const begin = (
    name: string,
    parent: Context,
    { kind = 'internal', at, attributes = {} }: SpanStart,
  ): Span => {
    const options = { kind: KINDS[kind], startTime: at ?? clock.now(), attributes }
    return wrap(tracer.startSpan(name, options, parent))
  }

  const wrap = (span: OtelSpan): Span => ({
    context: contextOf(span),
    isSeen: span.isRecording(),
    child: (name, start = {}) => begin(name, trace.setSpan(ROOT_CONTEXT, span), start),
    rename: (name) => void span.updateName(name),
    set: (attributes) => void span.setAttributes(attributes),
    end({ at, failed } = {}) {
      if (failed !== undefined) {
        span.setAttribute('error.type', failed)
        span.setStatus({ code: SpanStatusCode.ERROR })
      }
      span.end(at ?? clock.now())
    },
  })

  return {
    start: (name, start = {}) => begin(name, parentOf(start.parent), start),
  }
}

const KINDS: Readonly<Record<NonNullable<SpanStart['kind']>, SpanKind>> = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  internal: SpanKind.INTERNAL,
}

const parentOf = (traceparent: string | null | undefined): Context => {
  const parent = traceparent ? parseTraceParent(traceparent) : null
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true })
}

const contextOf = (span: OtelSpan): string => {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`
}
