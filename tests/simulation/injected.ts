import { StoreError, type StoreErrorCode } from '../../gateway/src/storage/errors.ts'

/** Errors that the simulation made itself: any other one that a station reports is a fault of ours. */
const injected = new WeakSet<Error>()

const noted = <Made extends Error>(error: Made): Made => {
  injected.add(error)
  return error
}

export const storeError = (code: StoreErrorCode, message: string): StoreError =>
  noted(new StoreError(code, message))

export const fileError = (code: string): Error =>
  noted(Object.assign(new Error(`${code}: the simulated disk refused`), { code }))

/** Thrown where a process dies inside a transaction. Nobody of that process ever sees it. */
export const diedHere = (point: string): Error => noted(new Error(`the process died at ${point}`))

export const isInjected = (error: unknown): boolean => {
  for (let at = error; at instanceof Error; at = at.cause) if (injected.has(at)) return true
  return false
}
