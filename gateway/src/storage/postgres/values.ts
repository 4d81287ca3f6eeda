import pg from 'pg'
import { InvariantBroken } from '../errors.ts'
import type { SqlValue } from '../sql.ts'

const { builtins } = pg.types

/**
 * A sum of integers is `numeric`, and 1 is an `int4`: every number arrives as a bigint, and one with a
 * fraction is refused rather than rounded. Money never meets a float.
 */
const INTEGERS: ReadonlySet<number> = new Set([builtins.INT2, builtins.INT4, builtins.INT8, builtins.NUMERIC])

export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => (INTEGERS.has(oid) ? integer : pg.types.getTypeParser(oid, format)),
}

const integer = (text: string): bigint => {
  if (!/^-?\d+$/.test(text)) throw new InvariantBroken(`${text} is no integer`)
  return BigInt(text)
}

/**
 * PostgreSQL has no text with U+0000 in it. Only texts of others can bring one (an id in a path, the message
 * of a provider), so the character that stands for what cannot be shown stands for it too.
 */
export const bindable = (value: SqlValue): SqlValue =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value
