import { isObject, type JsonObject } from '../../json.ts'
import { isGiven, type Report } from '../../report.ts'
import { type InlineData, readDataUrl } from '../data-url.ts'

/** Files become documents: PDF as it is, and plain text. */
export const fileToAnthropic = (file: unknown, path: string, report: Report): JsonObject => {
  if (!isObject(file)) {
    report.refuse(path, 'must be an object with file_data.')
    return {}
  }
  report.dropUnknown(file, FILE_FIELDS, path)
  if (isGiven(file.file_id)) {
    report.refuse(
      `${path}.file_id`,
      'names a file that the provider of this model does not have; use file_data.',
    )
  }
  const { filename } = file
  return {
    type: 'document',
    source: sourceOf(file.file_data, `${path}.file_data`, report),
    title: isGiven(filename) ? filename : undefined,
  }
}

const sourceOf = (given: unknown, path: string, report: Report): JsonObject => {
  const data = typeof given === 'string' ? readDataUrl(given) : undefined
  if (data?.mimeType === 'application/pdf') {
    return { type: 'base64', media_type: data.mimeType, data: data.base64 }
  }
  if (data?.mimeType === 'text/plain') return { type: 'text', media_type: data.mimeType, data: textOf(data) }
  report.refuse(path, 'must be a data: URL in base64 of application/pdf or text/plain.')
  return {}
}

const textOf = ({ base64 }: InlineData): string => Buffer.from(base64, 'base64').toString('utf8')

const FILE_FIELDS: ReadonlySet<string> = new Set(['file_data', 'file_id', 'filename'])
