import { DiagLogLevel, diag } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Clock } from '../../../clock/clock.ts'
import type { OpenTracer } from '../tracer.ts'
import { otelTracer } from './otel-tracer.ts'
import type { SamplerSetting, TraceProtocol } from './settings.ts'

/** No attribute of ours comes near it. */
const ATTRIBUTE_LENGTH_MAX = 512

/**
 * OpenTelemetry itself, loaded where traces are sent and nowhere else. Endpoint, headers, time-out, compression and
 * certificates are read from the standard variables by the exporter.
 */
export const openOtel = (order: {
  readonly clock: Clock
  readonly protocol: TraceProtocol
  readonly sampler: SamplerSetting
  readonly env: Readonly<Record<string, string | undefined>>
  readonly onError: (error: unknown) => void
}): OpenTracer => {
  const { clock, protocol, sampler, env, onError } = order
  const say = (message: string): void => onError(new Error(message))
  // The only way to hear of an export that failed. It holds for the whole process, which has one server.
  diag.setLogger(
    { error: say, warn: say, info: () => {}, debug: () => {}, verbose: () => {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  )
  const exporter = protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter()
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'sheepfold' }))
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(sampler),
    spanLimits: { attributeValueLengthLimit: ATTRIBUTE_LENGTH_MAX },
    spanProcessors: [new BatchSpanProcessor({ exporter, ...batchesOf(env) })],
  })
  return {
    tracer: otelTracer(provider.getTracer('sheepfold'), clock),
    close: () => provider.shutdown().catch(onError),
  }
}

const samplerOf = ({ name, parentBased, ratio }: SamplerSetting): Sampler => {
  const root = ROOTS[name](ratio)
  return parentBased ? new ParentBasedSampler({ root }) : root
}

const ROOTS: Readonly<Record<SamplerSetting['name'], (ratio: number) => Sampler>> = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
}

const BATCH_VARIABLES = {
  scheduledDelayMillis: 'OTEL_BSP_SCHEDULE_DELAY',
  exportTimeoutMillis: 'OTEL_BSP_EXPORT_TIMEOUT',
  maxQueueSize: 'OTEL_BSP_MAX_QUEUE_SIZE',
  maxExportBatchSize: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
} as const

/** Those that are set to a count; the SDK has its defaults for the others. */
const batchesOf = (env: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(BATCH_VARIABLES).flatMap(([option, variable]) => {
      const count = Number(env[variable])
      return Number.isSafeInteger(count) && count > 0 ? [[option, count]] : []
    }),
  )
