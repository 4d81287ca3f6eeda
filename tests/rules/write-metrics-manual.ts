import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { metricsManual } from '../../gateway/src/telemetry/metrics/manual.ts'

/** `npm run manual`: writes the page of the manual that is made from the table of metrics. */
writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'metrics.md'), metricsManual())
