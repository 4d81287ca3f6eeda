import { z } from 'zod'
import { ANTHROPIC_PATH, OPENAI_PATH } from '../dialect-of.ts'
import { ERRORS, type ErrorCode } from '../errors.ts'
import type { Operation, OperationAnswer } from './operation.ts'
import { errorsByStatus } from './operation-errors.ts'
import { OPERATIONS } from './operations/index.ts'
import { type JsonSchema, type SchemaSet, schemaSet } from './schema-set.ts'
import { anthropicError, nativeError, openaiError } from './schemas/common.ts'

/** Which form an error has is the caller's: the clients of a maker get its own everywhere. */
const anyError = z.union([nativeError, openaiError, anthropicError])

/** The OpenAPI document of all endpoints. It is made once: nothing in it depends on the installation. */
export const openapiDocument = (): Readonly<Record<string, unknown>> => {
  const schemas = schemaSet(OPERATIONS.flatMap(schemasOf))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sheepfold',
      version: '1',
      description: INFO,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [],
    tags: TAGS,
    paths: pathsOf(schemas),
    components: {
      schemas: schemas.components,
      securitySchemes: {
        client: { type: 'http', scheme: 'bearer', description: 'The key of an account.' },
        clientHeader: {
          type: 'apiKey',
          in: 'header',
          name: 'x-api-key',
          description: "The key of an account, as Anthropic's clients may send it.",
        },
        operator: { type: 'http', scheme: 'bearer', description: 'The key of an operator.' },
        operatorHeader: {
          type: 'apiKey',
          in: 'header',
          name: 'x-api-key',
          description: 'The key of an operator, in the other header.',
        },
      },
    },
  }
}

const INFO =
  'A batch API gateway for large language models. Every error says what was wrong, where, and what is allowed; ' +
  "OpenAI's clients are answered in OpenAI's envelope, Anthropic's in Anthropic's. A path that is not here answers with 404 `unknown_path`, " +
  'another method of one that is with 405 `method_not_allowed`. Every answer has an `x-request-id`.'

const TAGS = [
  { name: 'Batches', description: 'Many requests, each answered once.' },
  { name: 'Calls', description: 'One request, answered at once, at list price unless it is flex.' },
  { name: 'Files', description: 'As OpenAI has them.' },
  { name: 'Uploads', description: 'Files that come in parts.' },
  { name: 'Models', description: 'What there is, and what it costs.' },
  { name: 'Webhooks', description: 'Events of batches, sent where they are wanted; docs/webhooks.md.' },
  {
    name: 'Operators',
    description: 'For those who run the installation, with a key that opens nothing else.',
  },
  { name: 'Probes', description: 'For the machines that look after the server.' },
  { name: 'Reference', description: 'This document.' },
] as const satisfies ReadonlyArray<{ name: Operation['tag']; description: string }>

const schemasOf = ({ query, headers, body, answers, path }: Operation): z.ZodType[] => [
  ...(query ? [query] : []),
  ...(headers ? [headers] : []),
  ...(body ? [body.schema] : []),
  ...Object.values(answers).flatMap(({ schema }) => (schema ? [schema] : [])),
  errorSchemaOf(path),
]

const errorSchemaOf = (path: string): z.ZodType => {
  if (OPENAI_PATH.test(path)) return openaiError
  return ANTHROPIC_PATH.test(path) ? anthropicError : anyError
}

const pathsOf = (schemas: SchemaSet): Readonly<Record<string, unknown>> => {
  const byPath = Map.groupBy(OPERATIONS, ({ path }) => path)
  return Object.fromEntries(
    [...byPath].map(([path, operations]) => [
      path,
      Object.fromEntries(
        operations.map((operation) => [operation.method, operationJson(operation, schemas)]),
      ),
    ]),
  )
}

const operationJson = (operation: Operation, schemas: SchemaSet): Readonly<Record<string, unknown>> => {
  const { id, tag, summary, description, opens, body } = operation
  const parameters = parametersOf(operation, schemas)
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: SECURITY[opens],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { [body.mediaType]: { schema: schemas.parts.get(body.schema) } },
          },
        }
      : {}),
    // An answer that is no error may have the status of one: it says more.
    responses: { ...refusalsOf(operation, schemas), ...answersOf(operation, schemas) },
  }
}

/** Either of the schemes in a list will do. */
const SECURITY: Readonly<Record<Operation['opens'], ReadonlyArray<Readonly<Record<string, []>>>>> = {
  anyone: [],
  client: [{ client: [] }, { clientHeader: [] }],
  operator: [{ operator: [] }, { operatorHeader: [] }],
}

const answersOf = ({ answers }: Operation, schemas: SchemaSet): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerJson(answer, schemas)]))

const refusalsOf = (operation: Operation, { parts }: SchemaSet): Readonly<Record<string, unknown>> => {
  const content = { 'application/json': { schema: parts.get(errorSchemaOf(operation.path)) } }
  return Object.fromEntries(
    errorsByStatus(operation).map(([status, codes]) => [
      status,
      { description: codes.map(meaningOf).join('\n'), content },
    ]),
  )
}

const meaningOf = (code: ErrorCode): string => `- \`${code}\`: ${ERRORS[code].text}`

const answerJson = (answer: OperationAnswer, { parts }: SchemaSet): Readonly<Record<string, unknown>> => ({
  description: answer.description,
  content: {
    ...(answer.schema ? { 'application/json': { schema: parts.get(answer.schema) } } : {}),
    ...(answer.mediaType === undefined
      ? {}
      : { [answer.mediaType]: { schema: { type: 'string', format: 'binary' } } }),
  },
})

const parametersOf = ({ path, query, headers }: Operation, schemas: SchemaSet): unknown[] => [
  ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  })),
  ...placed('query', query && schemas.parts.get(query)),
  ...placed('header', headers && schemas.parts.get(headers)),
]

const placed = (place: 'query' | 'header', schema: JsonSchema | undefined): unknown[] =>
  Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'object' ? property : {}
    return {
      name,
      in: place,
      required: schema?.required?.includes(name) ?? false,
      ...(description === undefined ? {} : { description }),
      schema: rest,
    }
  })
