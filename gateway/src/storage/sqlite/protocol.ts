import { InvariantBroken, StoreError, storeErrorCode } from '../errors.ts'

/** What crosses between the client and the store thread. */
export type PortName = 'engine' | 'deliveries' | 'tenant' | 'keys' | 'audit' | 'admin' | 'store'

export interface Call {
  readonly id: number
  readonly port: PortName
  /** The account of a tenant's port; empty for the others. */
  readonly account: string
  readonly verb: string
  readonly args: readonly unknown[]
}

export type Reply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: SentError }

/** The id of the reply that says whether the thread could open its store. */
export const OPENED = 0

/** Structured cloning keeps neither the class nor the code of an error. */
export interface SentError {
  readonly name: string
  readonly message: string
  readonly code: string | null
  readonly stack: string | null
}

export const sentError = (error: unknown): SentError =>
  error instanceof Error
    ? {
        name: error.name,
        message: error.message,
        code: 'code' in error ? String(error.code) : null,
        stack: error.stack ?? null,
      }
    : { name: 'Error', message: String(error), code: null, stack: null }

export const receivedError = ({ name, message, code, stack }: SentError): Error => {
  const error = revived(name, message, code)
  if (stack !== null) error.stack = stack
  return error
}

const revived = (name: string, message: string, code: string | null): Error => {
  if (name === 'InvariantBroken') return new InvariantBroken(message)
  if (name === 'StoreError') return new StoreError(storeErrorCode(code), message)
  const error = new Error(message)
  error.name = name
  return code === null ? error : Object.assign(error, { code })
}

/**
 * Prepares plain data for the other thread, moving its bytes instead of cloning them (a clone of a view
 * copies the whole buffer behind it, twice). `copy` leaves the sender's bytes as they are: an append that
 * failed is sent again. `give` is for data that the sender is done with.
 */
export const detach = (value: unknown, mode: 'copy' | 'give', moved: ArrayBuffer[]): unknown => {
  if (value instanceof Uint8Array) return detachBytes(value, mode, moved)
  if (Array.isArray(value)) return value.map((element: unknown) => detach(element, mode, moved))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, detach(part, mode, moved)]))
}

const detachBytes = (bytes: Uint8Array, mode: 'copy' | 'give', moved: ArrayBuffer[]): Uint8Array => {
  const { buffer } = bytes
  if (mode === 'give' && buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) {
    moved.push(buffer)
    return bytes
  }
  const copy = new Uint8Array(bytes)
  moved.push(copy.buffer)
  return copy
}
