type Env = Readonly<Record<string, string | undefined>>

/** Whether, and how, the standard variables of OpenTelemetry want traces to be sent. */
export type TraceSettings =
  | { readonly kind: 'off' }
  /** Something stands in a variable that cannot be done: traces stay off, and the log says why. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'on'; readonly protocol: TraceProtocol; readonly sampler: SamplerSetting }

export type TraceProtocol = 'http/protobuf' | 'http/json'

export interface SamplerSetting {
  readonly name: 'always_on' | 'always_off' | 'traceidratio'
  /** Within somebody's trace, their decision is ours. */
  readonly parentBased: boolean
  readonly ratio: number
}

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export const traceSettings = (env: Env): TraceSettings => {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  if (!endpoint || env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return { kind: 'off' }
  const exporter = env.OTEL_TRACES_EXPORTER || 'otlp'
  if (exporter === 'none') return { kind: 'off' }
  if (exporter !== 'otlp') return refused('OTEL_TRACES_EXPORTER', exporter, 'otlp or none')
  const protocol =
    env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf'
  if (protocol !== 'http/protobuf' && protocol !== 'http/json') {
    return refused('OTEL_EXPORTER_OTLP_PROTOCOL', protocol, 'http/protobuf or http/json')
  }
  const sampler = samplerOf(env.OTEL_TRACES_SAMPLER || 'parentbased_always_on', env.OTEL_TRACES_SAMPLER_ARG)
  return 'kind' in sampler ? sampler : { kind: 'on', protocol, sampler }
}

const samplerOf = (given: string, argument: string | undefined): SamplerSetting | TraceSettings => {
  const [, parent, name] = /^(parentbased_)?(always_on|always_off|traceidratio)$/.exec(given) ?? []
  if (name !== 'always_on' && name !== 'always_off' && name !== 'traceidratio') {
    const allowed = 'always_on, always_off or traceidratio, each also with parentbased_ before it'
    return refused('OTEL_TRACES_SAMPLER', given, allowed)
  }
  const ratio = argument === undefined || argument === '' ? 1 : Number(argument)
  if (name === 'traceidratio' && !(ratio >= 0 && ratio <= 1)) {
    return refused('OTEL_TRACES_SAMPLER_ARG', argument ?? '', 'a number from 0 to 1')
  }
  return { name, parentBased: parent !== undefined, ratio }
}

const refused = (variable: string, given: string, allowed: string): TraceSettings => ({
  kind: 'refused',
  message: `${variable} is "${given.slice(0, 80)}", and may be ${allowed}: no traces are sent`,
})
