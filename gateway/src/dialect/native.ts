import type { Dialect } from '../batch/dialect.ts'
import { decodeIndex } from '../batch/index-codec.ts'
import { nativeLine } from '../deliver/native-line.ts'
import { nativeComposer } from '../intake/native/template.ts'

/** The native dialect as execution sees it: intake wrote what it reads, delivery serves what it writes. */
export const nativeDialect: Dialect = {
  requests: decodeIndex,
  composer: nativeComposer,
  line: nativeLine,
}
