import { isRecord } from '../../record.ts'
import type { Scalar } from './field.ts'

/** The value, or the provider's word for what it should have been. */
export type ScalarRead = { readonly value: unknown } | { readonly problem: string }

export const readScalar = (kind: Scalar, value: unknown): ScalarRead => {
  switch (kind) {
    case 'string':
      return typeof value === 'string' ? { value } : { problem: 'TYPE_STRING' }
    case 'bool':
      return typeof value === 'boolean' ? { value } : { problem: 'TYPE_BOOL' }
    case 'bytes':
      return typeof value === 'string' && isBase64(value) ? { value } : { problem: 'TYPE_BYTES' }
    case 'float':
      return numberOf(value, 'TYPE_FLOAT', Number.isFinite)
    case 'int32':
      return numberOf(
        value,
        'TYPE_INT32',
        (number) => Number.isInteger(number) && Math.abs(number) <= int32Max,
      )
    case 'int64':
      return numberOf(value, 'TYPE_INT64', Number.isSafeInteger)
    case 'struct':
      return isRecord(value) ? { value } : { problem: 'type.googleapis.com/google.protobuf.Struct' }
    case 'value':
      return { value }
  }
}

const int32Max = 0x7fff_ffff

/** Numbers may come as texts. */
const numberOf = (value: unknown, problem: string, isGood: (number: number) => boolean): ScalarRead => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && isGood(number) ? { value: number } : { problem }
}

/** With either alphabet, with its padding or without. */
const isBase64 = (text: string): boolean => /^[A-Za-z0-9+/_-]*={0,2}$/.test(text) && text.length % 4 !== 1
