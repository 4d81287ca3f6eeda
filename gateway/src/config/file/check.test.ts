import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { checkConfigFile } from './check.ts'
import { ConfigError } from './fault.ts'

const ENV = { A_KEY: 'sk' }

/** A file that uses every section. */
const WHOLE = {
  server: { host: '127.0.0.1', port: 0 },
  providers: { acme: { base_url: 'https://api.example/v1', api_key_env: 'A_KEY' } },
  deployments: [
    { id: 'a', model: 'mine', provider: 'acme', weight: 2, limits: { concurrency_max: 5 } },
    { id: 'b', model: 'batch-4.1', base_url: 'http://127.0.0.1:1/v1', api_key_env: 'A_KEY' },
  ],
  models: { mine: { provider_model: 'llama', list_price: { input: '2', output: '8' }, batch_price: '1' } },
  costs: { llama: [{ list: '0.5', batch: '0.25' }] },
  presets: { invoice: { options: { temperature: 0 }, answer_schema: { type: 'object' } } },
  limits: { items_max: 10, files: { lines_max: 10 } },
}

const outcome = (text: string | Uint8Array): 'taken' | ConfigError => {
  try {
    checkConfigFile(typeof text === 'string' ? Buffer.from(text) : text, 'f', ENV)
    return 'taken'
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

/** One value, somewhere in a file, in the place of another. */
const replaced = (value: unknown, path: readonly number[], by: unknown): unknown => {
  const [step, ...rest] = path
  if (step === undefined || typeof value !== 'object' || value === null) return by
  const keys = Object.keys(value)
  const key = keys[step % Math.max(1, keys.length)]
  if (key === undefined) return by
  const inner = replaced(Reflect.get(value, key), rest, by)
  return Array.isArray(value) ? value.with(Number(key), inner) : { ...value, [key]: inner }
}

describe('whatever a file holds', () => {
  it('is taken or refused with faults that have a place, never anything else', () => {
    expect(outcome(stringify(WHOLE))).toBe('taken')
    const strange = fc.oneof(
      fc.json().map((json): unknown => JSON.parse(json)),
      fc.constantFrom(null, -1, 1e300, '', []),
    )
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 4 }), strange, fc.boolean(), (path, by, isJson) => {
        const file = replaced(WHOLE, path, by)
        const text = isJson ? JSON.stringify(file, null, 1) : stringify(file)
        const end = outcome(text)
        if (end === 'taken') return
        expect(end.faults.length).toBeGreaterThan(0)
        const lines = text.split('\n')
        for (const { line, column } of end.faults) {
          expect(lines.length).toBeGreaterThanOrEqual(line)
          expect((lines[line - 1] ?? '').length + 1).toBeGreaterThanOrEqual(column)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('is refused where its bytes are no YAML at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void outcome(bytes)),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => void outcome(text)),
      { numRuns: 500 },
    )
  })

  it('is refused where it is nested without end', () => {
    expect(outcome('['.repeat(100_000))).toBeInstanceOf(ConfigError)
    expect(
      outcome(`presets: { a: { options: ${'{ x: '.repeat(5_000)}1${' }'.repeat(5_000)} } }`),
    ).toBeInstanceOf(ConfigError)
  })
})
