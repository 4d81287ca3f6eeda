import type { ProviderError } from '../../provider-error.ts'
import type { Body } from '../../record.ts'
import { invalidArgument } from '../errors.ts'
import { partDataNames } from '../messages.ts'
import { recordIn, textIn } from '../proto/narrow.ts'

export interface PartRead {
  readonly kind: 'text' | 'media' | 'call' | 'response'
  /** What the model reads of it; pictures and files are only counted. */
  readonly text?: string
}

/** One part of what was said. */
export const readPart = (part: Body, at: string): PartRead | ProviderError => {
  const [data, another] = partDataNames.filter((name) => part[name] !== undefined)
  if (data === undefined || another !== undefined) {
    return invalidArgument(`* ${at}.data: required oneof field 'data' must have one initialized field\n`)
  }
  const value = recordIn(part[data])
  switch (data) {
    case 'text':
      return { kind: 'text', text: textIn(part.text) }
    case 'inlineData':
      return value.mimeType === undefined
        ? invalidArgument(`* ${at}.inline_data.mime_type: mime_type must be specified\n`)
        : { kind: 'media' }
    case 'fileData':
      return readFile(value)
    case 'functionCall':
      return named(value, `${at}.function_call`) ?? { kind: 'call', text: JSON.stringify(value) }
    case 'functionResponse':
      return named(value, `${at}.function_response`) ?? { kind: 'response', text: JSON.stringify(value) }
    default:
      return { kind: 'text', text: JSON.stringify(value) }
  }
}

const named = ({ name }: Body, at: string): ProviderError | undefined =>
  textIn(name) === '' ? invalidArgument(`* ${at}.name: [FIELD_INVALID] Name cannot be empty.\n`) : undefined

/**
 * Files that were uploaded, objects of Google's storage, and films of YouTube; nothing else of the web is
 * fetched. This double keeps no files, and takes every name of one.
 */
const fileUri = /^(gs:\/\/|https:\/\/(www\.)?(youtube\.com|youtu\.be)\/)|\/v1beta\/files\/|^files\//

const readFile = ({ fileUri: uri }: Body): PartRead | ProviderError =>
  fileUri.test(textIn(uri))
    ? { kind: 'media' }
    : invalidArgument(`Invalid or unsupported file uri: ${textIn(uri)}`)
