import { describe, expect, it } from 'vitest'
import { openTracer } from '../open-tracer.ts'
import { traceSettings } from './settings.ts'

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }
const ON = {
  kind: 'on',
  protocol: 'http/protobuf',
  sampler: { name: 'always_on', parentBased: true, ratio: 1 },
}

describe('the variables of OpenTelemetry', () => {
  it.each([
    [{}],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    [{ OTEL_SERVICE_NAME: 'x' }],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
  ])('want no traces: %j', (env) => {
    expect(traceSettings(env)).toEqual({ kind: 'off' })
  })

  it.each([
    [ENDPOINT, ON],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, ON],
    [
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' },
      { ...ON, protocol: 'http/json' },
    ],
    [
      { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' },
      { ...ON, sampler: { name: 'traceidratio', parentBased: false, ratio: 0.25 } },
    ],
    [
      { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'parentbased_always_off' },
      { ...ON, sampler: { name: 'always_off', parentBased: true, ratio: 1 } },
    ],
  ])('are obeyed: %j', (env, settings) => {
    expect(traceSettings(env)).toEqual(settings)
  })

  it.each([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"'],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER is "zipkin"'],
    [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, 'OTEL_TRACES_SAMPLER is "jaeger_remote"'],
    [
      { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' },
      'OTEL_TRACES_SAMPLER_ARG is "half"',
    ],
  ])('that cannot be done are told, and no traces are sent: %j', async (more, message) => {
    const told: string[] = []
    const opened = await openTracer({
      clock: { now: () => 0, monotonic: () => 0, after: () => () => {} },
      env: { ...ENDPOINT, ...more },
      onError: (error) => told.push(String(error)),
    })
    expect(opened).toBeUndefined()
    expect(told).toEqual([expect.stringContaining(message)])
  })
})
