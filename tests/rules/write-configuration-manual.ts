import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configJsonSchema } from '../../gateway/src/config/file/json-schema.ts'
import { configurationManual } from '../../gateway/src/config/file/manual.ts'

/** `npm run manual`: writes the page of the manual and the schema for editors that are made from what checks a file. */
const docs = join(import.meta.dirname, '..', '..', 'docs')
writeFileSync(join(docs, 'configuration.md'), configurationManual())
writeFileSync(join(docs, 'sheepfold.schema.json'), `${JSON.stringify(configJsonSchema(), null, 2)}\n`)
