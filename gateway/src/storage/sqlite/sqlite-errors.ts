import { StoreError, type StoreErrorCode } from '../errors.ts'

/** SQLite's primary result codes that have a meaning of their own here; https://sqlite.org/rescode.html */
const CODE_OF_RESULT: Readonly<Record<number, StoreErrorCode>> = {
  5: 'busy',
  6: 'busy',
  11: 'corrupt',
  13: 'disk_full',
  26: 'corrupt',
}

const resultCodeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined

/** Gives an error of SQLite its name; anything else passes unchanged. */
export const describeSqliteError = (error: unknown, doing: string): unknown => {
  const result = resultCodeOf(error)
  if (result === undefined || !(error instanceof Error)) return error
  const code = CODE_OF_RESULT[result] ?? 'failed'
  return new StoreError(code, `${doing}: ${error.message}`, { cause: error })
}
