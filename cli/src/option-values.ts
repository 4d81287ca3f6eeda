import { type BatchEventType, type NanoUsd, parseUsd } from '@sheepfold/client'
import { InvalidArgumentError } from 'commander'

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

export const wholeNumber =
  (min: number, max: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`
    throw new InvalidArgumentError(`It must be a whole number ${range}.`)
  }

export const port = wholeNumber(0, 65_535)

export const decimal =
  (min: number, max: number) =>
  (text: string): number => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`)
  }

/** `5`, `5.00` or `0.0003` in USD. */
export const usd = (text: string): NanoUsd => {
  const amount = parseUsd(text)
  if (amount !== undefined && amount >= 0n) return amount
  throw new InvalidArgumentError('It must be an amount in USD, like 5.00.')
}

const batchEvents: readonly BatchEventType[] = [
  'batch.created',
  'batch.cancelling',
  'batch.completed',
  'batch.failed',
  'batch.expired',
  'batch.cancelled',
]

/** `completed,batch.failed`: with or without what all of them begin with. */
export const eventTypes = (text: string): BatchEventType[] => {
  const names = text.split(',').map((name) => name.trim().replace(/^(batch\.)?/, 'batch.'))
  const found = batchEvents.filter((event) => names.includes(event))
  if (found.length === names.length) return found
  const all = batchEvents.map((event) => event.slice('batch.'.length)).join(', ')
  throw new InvalidArgumentError(`It must be different ones of ${all}, separated by commas.`)
}

const delimiterNames: Readonly<Record<string, string>> = { tab: '\t', '\\t': '\t' }

export const delimiter = (text: string): string => {
  const character = delimiterNames[text] ?? text
  if (character.length === 1 && !/["\r\n]/.test(character)) return character
  throw new InvalidArgumentError('It must be one character such as , ; | or tab.')
}

/** As `TextDecoder` names them, but for those whose bytes may look like a line feed. */
export const encoding = (text: string): string => {
  const known = knownEncoding(text)
  if (known !== undefined && !known.startsWith('utf-16')) return known
  throw new InvalidArgumentError('It must be like utf-8, euc-kr, shift_jis, gb18030 or windows-1252.')
}

const knownEncoding = (text: string): string | undefined => {
  try {
    return new TextDecoder(text).encoding
  } catch {
    return undefined
  }
}

/** `90s`, `30m`, `2h`, `30d`, in milliseconds; a bare number is seconds. */
export const duration = (text: string): number => {
  const match = /^(\d{1,9})([smhd]?)$/.exec(text)
  const unit = unitMs[match?.[2] || 's']
  if (match && unit !== undefined) return Number(match[1]) * unit
  throw new InvalidArgumentError('It must be like 90s, 30m, 2h or 30d.')
}

/** `30d` from now, or a date such as `2027-01-31` or `2027-01-31T12:00:00Z`. */
export const instant = (text: string): Date => {
  if (/^\d+[smhd]$/.test(text)) return new Date(Date.now() + duration(text))
  const date = new Date(text)
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(date.getTime())) return date
  throw new InvalidArgumentError('It must be like 30d or 2027-01-31.')
}

export const commaList = (text: string): string[] => {
  const names = text.split(',').map((name) => name.trim())
  if (names.every((name) => name !== '')) return names
  throw new InvalidArgumentError('It must be names with commas between them.')
}

export const jsonObject = (text: string): Record<string, unknown> => {
  const value = parsed(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new InvalidArgumentError('It must be a JSON object, like \'{"top_p":0.9}\'.')
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
