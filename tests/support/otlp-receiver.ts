import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a collector does with OTLP over HTTP: it takes spans at `/v1/traces`. */
export interface OtlpReceiver {
  readonly url: string
  /** Of all exports in JSON, in the order in which they came. */
  readonly spans: ReceivedSpan[]
  readonly exports: ReadonlyArray<{ readonly contentType: string; readonly body: Buffer }>
  named(name: string): ReceivedSpan[]
  close(): Promise<void>
}

export interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | undefined
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Readonly<Record<string, unknown>>
  /** Of the resource: who sends. */
  readonly service: unknown
}

interface ExportRequest {
  readonly resourceSpans: ReadonlyArray<{
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: ReadonlyArray<{ readonly spans: readonly WireSpan[] }>
  }>
}

interface WireSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly Attribute[]
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, unknown>>
}

export const startOtlpReceiver = async (): Promise<OtlpReceiver> => {
  const spans: ReceivedSpan[] = []
  const exports: Array<{ contentType: string; body: Buffer }> = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const contentType = request.headers['content-type'] ?? ''
    if (request.method !== 'POST' || request.url !== '/v1/traces') {
      response.writeHead(404).end()
      return
    }
    exports.push({ contentType, body })
    if (contentType === 'application/json') spans.push(...spansOf(JSON.parse(body.toString())))
    response
      .writeHead(200, { 'content-type': contentType })
      .end(contentType === 'application/json' ? '{}' : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    exports,
    named: (name) => spans.filter((span) => span.name === name),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const spansOf = ({ resourceSpans }: ExportRequest): ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = attributesOf(resource.attributes)['service.name']
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => spanOf(span, service)))
  })

const spanOf = (span: WireSpan, service: unknown): ReceivedSpan => ({
  name: span.name,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId,
  startMs: Number(BigInt(span.startTimeUnixNano) / 1_000_000n),
  endMs: Number(BigInt(span.endTimeUnixNano) / 1_000_000n),
  attributes: attributesOf(span.attributes),
  service,
})

const attributesOf = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
