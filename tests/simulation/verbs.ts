import { AsyncLocalStorage } from 'node:async_hooks'
import type { AppendGroup, EngineStore, ShardRef } from '../../gateway/src/storage/engine.ts'
import type { TenantStore } from '../../gateway/src/storage/tenant.ts'

/** The verb of the store that a transaction belongs to, with what a check needs of its arguments. */
export type Verb =
  | { readonly name: 'join'; readonly worker: string; readonly alone: boolean }
  | { readonly name: 'leave' | 'claim'; readonly worker: string }
  | { readonly name: 'append'; readonly group: AppendGroup }
  | { readonly name: 'seal' | 'release' | 'suspect'; readonly ref: ShardRef }
  | { readonly name: Exclude<keyof EngineStore | keyof TenantStore, ShardVerb> }

type ShardVerb = 'join' | 'leave' | 'claim' | 'append' | 'seal' | 'release' | 'suspect'

const current = new AsyncLocalStorage<Verb>()

/** Transactions do not say on whose behalf they run; the context that called them does. */
export const inVerb = <Result>(verb: Verb, run: () => Promise<Result>): Promise<Result> =>
  current.run(verb, run)

export const currentVerb = (): Verb | undefined => current.getStore()
