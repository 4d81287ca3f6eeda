import type { Address } from '../maker.ts'
import { decoded } from '../path.ts'

/** Behind one of the two versions, which differ in nothing here. */
const modelsPath = /^\/(?:v1|v1beta)\/models(?:\/(.+))?$/

/** `models/{model}:{method}`. */
export interface Asked {
  readonly model: string
  readonly method: string
}

export const askedAt = (path: string): Asked | undefined => {
  const name = modelsPath.exec(path)?.[1] ?? ''
  const colon = name.lastIndexOf(':')
  return colon < 0 ? undefined : { model: decoded(name.slice(0, colon)), method: name.slice(colon + 1) }
}

/** A model to be looked at, or all of them where `name` is undefined. */
export const seenAt = (path: string): { readonly name: string | undefined } | undefined => {
  const match = modelsPath.exec(path)
  if (match === null || askedAt(path)) return undefined
  return { name: match[1] === undefined ? undefined : decoded(match[1]) }
}

export const paramOf = ({ query }: Address, name: string): string | undefined =>
  new URLSearchParams(query).get(name) ?? undefined
