import type { FastifyRequest } from 'fastify'
import { parseStrict } from '../intake/json/parse-strict.ts'
import { ValueScanner } from '../intake/json/value-scanner.ts'
import { ApiError } from './errors.ts'
import { requireJson } from './media-type.ts'
import { readBody } from './read-body.ts'

const BYTES_MAX = 1_048_576
const DEPTH_MAX = 64

/** A small body that is one JSON object, read whole. */
export const readJsonObject = async (request: FastifyRequest): Promise<Readonly<Record<string, unknown>>> => {
  requireJson(request.headers)
  return jsonObjectOf(trimmedJson(await readBody(request.raw, BYTES_MAX)), DEPTH_MAX)
}

/** Without the white space around it. */
export const trimmedJson = (bytes: Buffer): Buffer => {
  let start = 0
  let end = bytes.length
  while (start < end && isSpace(bytes[start])) start += 1
  while (end > start && isSpace(bytes[end - 1])) end -= 1
  return bytes.subarray(start, end)
}

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** One JSON object, parsed strictly; `bytes` have no white space around it. */
export const jsonObjectOf = (bytes: Buffer, depthMax: number): Readonly<Record<string, unknown>> => {
  const scanner = new ValueScanner()
  scanner.begin(bytes[0] ?? 0)
  scanner.scan(bytes, 0)
  const parsed = parseStrict(bytes, { keys: scanner.keys, depth: scanner.depthSeen }, depthMax)
  if (parsed.kind === 'syntax') {
    const message = `The body is not valid JSON at byte ${parsed.offset}: ${parsed.message}`
    throw new ApiError('invalid_json', message, { offset: parsed.offset })
  }
  if (parsed.kind === 'refused') throw new ApiError(parsed.code, parsed.message, { field: parsed.path })
  const { value } = parsed
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ApiError('invalid_type', 'The body must be a JSON object')
  }
  return value as Record<string, unknown>
}
