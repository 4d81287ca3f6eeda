import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkConfigFile } from '../../gateway/src/config/file/check.ts'
import { configJsonSchema } from '../../gateway/src/config/file/json-schema.ts'
import { configurationManual } from '../../gateway/src/config/file/manual.ts'
import { starterFile } from '../../gateway/src/config/file/starter.ts'
import { root } from './sources.ts'

/** One schema: what checks a file, what editors know and what the manual says are the same. */

const page = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8')

const check = (text: string) => checkConfigFile(Buffer.from(text), 'sheepfold.yaml', undefined)

describe('the configuration file', () => {
  it('is what the manual says: `npm run manual` writes it', () => {
    expect(page('configuration.md')).toBe(configurationManual())
  })

  it('is what editors are told: `npm run manual` writes that too', () => {
    expect(page('sheepfold.schema.json')).toBe(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
  })

  it('has a meaning for every setting in the manual', () => {
    const rows = configurationManual().match(/^\| `[a-z_]+` \|.*$/gm) ?? []
    expect(rows.length).toBeGreaterThan(60)
    expect(rows.filter((row) => !/[.)`A-Z] \|$/.test(row))).toEqual([])
  })

  it('that init writes is valid, with its examples and without', () => {
    const text = starterFile('sheepfold.schema.json')
    expect(check(text).deployments).toHaveLength(1)
    const examples = check(uncommented(text))
    expect(examples.deployments).toHaveLength(3)
    expect(Object.keys(examples.presets)).toEqual(['invoice'])
    expect(examples.models).toHaveProperty('my-model')
  })
})

/** What is commented out as settings, and not as prose. */
const uncommented = (text: string): string =>
  text.replace(/^( *)# ( *(?:- )?(?!yaml-)[a-z][a-z_-]*:.*)$/gm, '$1$2').replace(/^ *#.*\n/gm, '')
