import type { Fields } from '../reading/fields.ts'
import { STOP_SEQUENCES_MAX } from '../traits/gemini.ts'

/** With fewer of them than it was asked with, the model would go on where it should stop. */
export const toStopSequences = (fields: Fields, name: string): readonly string[] | undefined => {
  const sequences = fields.strings(name)
  if (sequences && sequences.length > STOP_SEQUENCES_MAX) {
    fields.refuse(name, `holds ${sequences.length} strings; the model takes ${STOP_SEQUENCES_MAX}`)
  }
  return sequences?.length === 0 ? undefined : sequences
}
