import { type Body, isRecord } from '../../record.ts'

/** Fields of a message that was read: each has the type that the message gives it, or is not there. */

export const recordIn = (value: unknown): Body => (isRecord(value) ? value : {})

export const recordsIn = (value: unknown): readonly Body[] =>
  Array.isArray(value) ? value.filter(isRecord) : []

export const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []

export const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

export const numberIn = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined
