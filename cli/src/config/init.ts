import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { configJsonSchema, starterFile } from '@sheepfold/gateway/config'
import type { InitConfigOptions } from '../command-options.ts'
import { DEFAULT_CONFIG } from './config-path.ts'

const SCHEMA = 'sheepfold.schema.json'

/** Writes a file to start from, and beside it the schema that editors check and complete it with. */
export const initConfig = (path = DEFAULT_CONFIG, { force }: InitConfigOptions): void => {
  if (existsSync(path) && !force) throw new Error(`${path} is there already; --force overwrites it.`)
  writeFileSync(path, starterFile(SCHEMA))
  const schema = join(dirname(path), SCHEMA)
  writeFileSync(schema, schemaText())
  console.log(`${path} is a file to start from; editors check it with ${schema}.`)
}

export const printSchema = (): void => console.log(schemaText().trimEnd())

const schemaText = (): string => `${JSON.stringify(configJsonSchema(), null, 2)}\n`
