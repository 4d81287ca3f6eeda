import type { Operation } from '../operation.ts'
import { alive, readiness } from '../schemas/probes.ts'

export const probeOperations: readonly Operation[] = [
  {
    method: 'get',
    path: '/livez',
    id: 'getLiveness',
    tag: 'Probes',
    summary: 'Whether the server turns at all',
    opens: 'anyone',
    answers: { 200: { description: 'It does.', schema: alive } },
    errors: [],
  },
  {
    method: 'get',
    path: '/readyz',
    id: 'getReadiness',
    tag: 'Probes',
    summary: 'Whether the server takes work, and what keeps it from that',
    opens: 'anyone',
    answers: {
      200: { description: 'It does.', schema: readiness },
      503: { description: 'It does not, and says why.', schema: readiness },
    },
    errors: [],
  },
  {
    method: 'get',
    path: '/metrics',
    id: 'getMetrics',
    tag: 'Probes',
    summary: 'Numbers for Prometheus',
    description: 'docs/metrics.md says what each means. The configuration may let everybody read it.',
    opens: 'operator',
    answers: { 200: { description: 'In the text format.', mediaType: 'text/plain' } },
    errors: [],
  },
]
