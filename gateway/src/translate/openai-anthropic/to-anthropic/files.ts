import { readDataUrl } from '../../data-url.ts'
import type { JsonObject } from '../../json.ts'
import type { Fields } from '../../reading/fields.ts'
import { present } from '../../reading/present.ts'

/** Files become documents: PDF as it is, and plain text. */
export const toDocumentBlock = (part: Fields): JsonObject => {
  const file = part.object('file')
  if (!file) {
    part.refuse('file', 'is required')
    return {}
  }
  if (file.take('file_id') !== undefined) {
    file.refuse('file_id', 'names a file that is not there for this model; use file_data')
  }
  const block = present({ type: 'document', source: toSource(file), title: file.take('filename') })
  file.dropRest()
  return block
}

const toSource = (file: Fields): JsonObject => {
  const data = readDataUrl(file.requiredString('file_data'))
  switch (data?.mimeType) {
    case 'application/pdf':
      return { type: 'base64', media_type: data.mimeType, data: data.base64 }
    case 'text/plain':
      return { type: 'text', media_type: data.mimeType, data: textOf(data.base64) }
    default:
      file.refuse('file_data', 'must be a data: URL in base64 of application/pdf or text/plain')
      return {}
  }
}

const textOf = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8')
