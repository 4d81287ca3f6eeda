import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openapiDocument } from '../../gateway/src/server/openapi/document.ts'

/** `npm run manual`: writes the document of the API. */
writeFileSync(
  join(import.meta.dirname, '..', '..', 'docs', 'openapi.json'),
  `${JSON.stringify(openapiDocument(), null, 2)}\n`,
)
