import { byName, type MetricGroup, type Sample } from '../metric.ts'
import type { Sources } from '../sources.ts'

const ENDPOINT = {
  route:
    "an endpoint's path as this manual writes it, such as `/v1/batches/:id`; `none`: no endpoint has the path",
  method: "one of HTTP's own, or `other`",
} as const

export const HTTP: MetricGroup<Sources> = {
  title: 'HTTP',
  rows: [
    {
      name: 'sheepfold_http_requests_total',
      type: 'counter',
      unit: 'requests',
      labels: { ...ENDPOINT, status: 'the status, or `cut`: the connection ended before the answer did' },
      means: 'Requests that were answered.',
      surprise:
        '5xx: the log has each with its request id. 401 in numbers: somebody tries keys, or uses a revoked one.',
      read: (sources) =>
        perEndpoint(sources, (labels, { statuses }) =>
          byName('status', statuses.entries(), ({ value }) => value, labels),
        ),
    },
    {
      name: 'sheepfold_http_request_seconds',
      type: 'histogram',
      unit: 'seconds',
      labels: ENDPOINT,
      means:
        'From the first byte of the request to the last byte of its answer: uploads, long polls and streams are in it.',
      surprise: 'Only of endpoints that neither wait nor stream does it tell how the server is.',
      read: (sources) => perEndpoint(sources, (labels, { seconds }) => [{ labels, value: seconds }]),
    },
    {
      name: 'sheepfold_http_response_bytes_total',
      type: 'counter',
      unit: 'bytes',
      labels: ENDPOINT,
      means: 'Bytes of answers, headers included.',
      surprise: 'Results that are fetched again and again show here.',
      read: (sources) => perEndpoint(sources, (labels, { bytes }) => [{ labels, value: bytes }]),
    },
    {
      name: 'sheepfold_http_malformed_total',
      type: 'counter',
      unit: 'requests',
      labels: { status: 'the status that it was answered with' },
      means: 'What came over a connection and is no HTTP, or did not arrive in time.',
      surprise: 'A scanner, or a proxy that speaks HTTP/2 or TLS to this port.',
      read: ({ http }) => byName('status', http.notHttp.entries(), ({ value }) => value),
    },
  ],
}

type Endpoint = Sources['http']['routes'] extends { of(name: string): { of(name: string): infer Counts } }
  ? Counts
  : never

const perEndpoint = (
  { http }: Sources,
  samplesOf: (labels: { route: string; method: string }, counts: Endpoint) => Sample[],
): Sample[] =>
  [...http.routes.entries()].flatMap(([route, methods]) =>
    [...methods.entries()].flatMap(([method, counts]) => samplesOf({ route, method }, counts)),
  )
