import type { UsagePlace, UsageVia } from '../../storage/admin.ts'
import { ApiError } from '../errors.ts'
import { iso, msOf } from './json.ts'

const DAY_MS = 86_400_000

export const dayText = (day: number): string => iso(day * DAY_MS).slice(0, 10)

export const dayOfText = (text: string): number => Math.floor(msOf(text) / DAY_MS)

export const dayAt = (ms: number): number => Math.floor(ms / DAY_MS)

/** A row of usage has no id of its own: this one says where it stands, so that the next page begins behind it. */
export const encodePlace = ({ day, account, model, via }: UsagePlace): string =>
  Buffer.from(JSON.stringify([day, account, model, via])).toString('base64url')

export const decodePlace = (id: string): UsagePlace => {
  const place = parsed(Buffer.from(id, 'base64url').toString())
  if (Array.isArray(place) && place.length === 4) {
    const [day, account, model, via]: unknown[] = place
    const found = VIAS.find((each) => each === via)
    if (Number.isSafeInteger(day) && typeof account === 'string' && typeof model === 'string' && found) {
      return { day: Number(day), account, model, via: found }
    }
  }
  throw new ApiError('invalid_value', '"after" must be the id of the last one of the page before', {
    field: 'after',
  })
}

const VIAS: readonly UsageVia[] = ['batch', 'real_time', 'flex']

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
