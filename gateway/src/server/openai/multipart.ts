import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy } from '@fastify/busboy'
import { ApiError } from '../errors.ts'
import { requireUncompressed } from '../media-type.ts'

const FIELDS_MAX = 16
const FIELD_BYTES_MAX = 4_096

export interface MultipartFile {
  readonly field: string
  readonly filename: string | undefined
  readonly bytes: Readable
}

/**
 * Reads a multipart body as it arrives: `onFile` gets the one file, in whatever place among the fields it
 * stands, and takes all of it; the fields are there once the body has ended.
 */
export const readMultipart = async (
  request: IncomingMessage,
  fileField: string,
  onFile: (file: MultipartFile) => Promise<void>,
): Promise<ReadonlyMap<string, string>> => {
  const parser = openParser(request)
  const fields = new Map<string, string>()
  let taking: Promise<void> | undefined
  let taken: Readable | undefined
  let hasFailed = false
  const { promise: parsed, resolve, reject } = Promise.withResolvers<void>()
  const fail = (error: Error): void => {
    hasFailed = true
    request.unpipe(parser)
    reject(error)
    // The parser leaves a file that breaks off as it is, and whoever reads it would wait for ever.
    taken?.destroy(error)
  }
  const failMalformed = (error: unknown): void =>
    fail(malformed(error instanceof Error ? error.message : String(error)))
  parser.on('file', (name, bytes, filename) => {
    const field = nameOf(name)
    // It may break off before anybody has begun to read it.
    bytes.on('error', (error) => {
      // Whoever read it gave it up, and says why.
      if (error.name !== 'AbortError') failMalformed(error)
    })
    // The parser goes on to the end of what it has in hand: nobody waits for a file in it any more.
    if (hasFailed || field !== fileField || taking) {
      bytes.resume()
      if (!hasFailed) fail(taking ? givenTwice(field) : unexpectedFile(field, fileField))
      return
    }
    taken = bytes
    taking = onFile({ field, filename: filename || undefined, bytes })
    taking.catch(fail)
  })
  parser.on('field', (name, value, nameTruncated, valueTruncated) => {
    const field = nameOf(name)
    if (nameTruncated || valueTruncated) fail(tooLong(field))
    else if (fields.has(field)) fail(givenTwice(field))
    else fields.set(field, value)
  })
  parser.on('fieldsLimit', () => fail(malformed(`it has more than ${FIELDS_MAX} fields`)))
  parser.on('error', failMalformed)
  parser.on('finish', resolve)
  request.on('aborted', () => fail(new ApiError('bad_request', 'The body ended before it was whole')))
  request.pipe(parser)
  try {
    await parsed
    await taking
  } catch (error) {
    parser.destroy()
    await taking?.catch(() => undefined)
    throw error
  }
  if (!taking) throw missingFile(fileField)
  return fields
}

/** A part needs no name, whatever the parser's types say. */
const nameOf = (name: string | undefined): string => name ?? ''

const openParser = (request: IncomingMessage) => {
  requireUncompressed(request.headers)
  const contentType = request.headers['content-type'] ?? ''
  if (!/^multipart\/form-data\s*;/i.test(contentType)) {
    const given = contentType === '' ? 'of no stated type' : `"${contentType.slice(0, 80)}"`
    const message = `The body is ${given}; it must be multipart/form-data`
    throw new ApiError('unsupported_media_type', message, { field: 'Content-Type' })
  }
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': contentType },
      limits: { fields: FIELDS_MAX, fieldSize: FIELD_BYTES_MAX },
      fileHwm: 1_048_576,
    })
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error))
  }
}

const malformed = (why: string): ApiError =>
  new ApiError('bad_request', `The multipart body cannot be read: ${why.slice(0, 120)}`)

const unexpectedFile = (field: string, wanted: string): ApiError =>
  new ApiError('unknown_field', `"${field.slice(0, 60)}" is no file here; there is one, called "${wanted}"`, {
    field: field.slice(0, 60),
  })

const missingFile = (field: string): ApiError =>
  new ApiError('missing_field', `Missing required parameter: '${field}'.`, { field })

const tooLong = (name: string): ApiError =>
  new ApiError('invalid_value', `"${name.slice(0, 60)}" must not exceed ${FIELD_BYTES_MAX} bytes`, {
    field: name.slice(0, 60),
  })

const givenTwice = (name: string): ApiError =>
  new ApiError('conflicting_fields', `"${name.slice(0, 60)}" is given twice`, { field: name.slice(0, 60) })
