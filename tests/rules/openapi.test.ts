import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { OPTION_NAMES } from '../../gateway/src/intake/native/options.ts'
import { ERRORS } from '../../gateway/src/server/errors.ts'
import { openapiDocument } from '../../gateway/src/server/openapi/document.ts'
import { ERRORS_WITHOUT_OPERATION, errorsOf } from '../../gateway/src/server/openapi/operation-errors.ts'
import { OPERATIONS } from '../../gateway/src/server/openapi/operations/index.ts'
import { serverRoutes } from '../support/server-routes.ts'
import { root } from './sources.ts'

/** The document of the API and the server are the same set of endpoints, errors and fields. */

/** As a path of the document: variables in braces. A wildcard stands for an id with slashes. */
const documented = (url: string): string => url.replace(/:(\w+)/g, '{$1}').replace(/\*$/, '{id}')

const routesOfTheServer = async (): Promise<string[]> =>
  (await serverRoutes())
    .filter(({ isHidden }) => !isHidden)
    .map(({ method, url }) => `${method} ${documented(url)}`)

describe('the document of the API', () => {
  it('has every route of the server, and no other', async () => {
    const described = OPERATIONS.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    expect(described.length).toBeGreaterThan(30)
    expect(described.toSorted()).toEqual((await routesOfTheServer()).toSorted())
  })

  it('is valid OpenAPI 3.1', async () => {
    const document = JSON.parse(JSON.stringify(openapiDocument()))
    expect(await new Validator().validate(document)).toEqual({ valid: true })
  })

  it('is what lies in docs/: `npm run manual` writes it', () => {
    const text = readFileSync(join(root, 'docs', 'openapi.json'), 'utf8')
    expect(text).toBe(`${JSON.stringify(openapiDocument(), null, 2)}\n`)
  })

  it('names each operation once, and says of each what it does', () => {
    const ids = OPERATIONS.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(OPERATIONS.filter(({ summary }) => summary === '')).toEqual([])
  })

  it('names every error of the table where it can happen', () => {
    const named = new Set([...OPERATIONS.flatMap(errorsOf), ...ERRORS_WITHOUT_OPERATION])
    expect(Object.keys(ERRORS).filter((code) => ![...named].some((each) => each === code))).toEqual([])
  })

  it('has every option that a request may have, and no other', () => {
    const { components } = JSON.parse(JSON.stringify(openapiDocument()))
    expect(Object.keys(components.schemas.Options.properties).toSorted()).toEqual(
      [...OPTION_NAMES, 'stream'].toSorted(),
    )
  })

  it('describes every field of a body or query of operators', () => {
    const { paths } = JSON.parse(JSON.stringify(openapiDocument()))
    const parameters = Object.entries<
      Record<string, { parameters?: Array<{ in: string; description?: string }> }>
    >(paths)
      .filter(([path]) => path.startsWith('/v1/admin/'))
      .flatMap(([, operations]) => Object.values(operations).flatMap(({ parameters = [] }) => parameters))
    expect(parameters.length).toBeGreaterThan(10)
    expect(parameters.filter((each) => each.in === 'query' && each.description === undefined)).toEqual([])
  })
})
