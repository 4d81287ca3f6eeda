/** What may stand in a field of a message in protobuf's JSON. */
export type Field =
  | { readonly kind: Scalar }
  | { readonly kind: 'enum'; readonly name: string; readonly values: readonly string[] }
  | { readonly kind: 'list' | 'map'; readonly of: Field }
  | { readonly kind: 'message'; readonly name: string; readonly fields: Fields }

/** `struct` is any object, `value` anything. */
export type Scalar = 'string' | 'bytes' | 'bool' | 'int32' | 'int64' | 'float' | 'struct' | 'value'

/** By the name that it has in answers; a function, since a message may hold itself. */
export type Fields = () => Readonly<Record<string, Field>>

export const string: Field = { kind: 'string' }
export const bytes: Field = { kind: 'bytes' }
export const bool: Field = { kind: 'bool' }
export const int32: Field = { kind: 'int32' }
export const int64: Field = { kind: 'int64' }
export const float: Field = { kind: 'float' }
export const struct: Field = { kind: 'struct' }
export const anything: Field = { kind: 'value' }

export const listOf = (of: Field): Field => ({ kind: 'list', of })
export const mapOf = (of: Field): Field => ({ kind: 'map', of })

export const enumOf = (name: string, values: string): Field => ({
  kind: 'enum',
  name,
  values: values.split(' '),
})

export type Message = Extract<Field, { kind: 'message' }>

export const messageOf = (name: string, fields: Fields): Message => ({ kind: 'message', name, fields })
