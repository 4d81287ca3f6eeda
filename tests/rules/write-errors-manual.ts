import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorsManual } from '../../gateway/src/server/errors-manual.ts'

/** `npm run manual`: writes the page of the manual that is made from the table of errors. */
writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), errorsManual())
