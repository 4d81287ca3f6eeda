import { sellPriceOf } from '../config/catalogue.ts'
import type { Config } from '../config/config.ts'
import { pricesJson } from '../money/prices-json.ts'
import type { ApiKey } from '../storage/operator.ts'

/** A model is served where one of its deployments has a key. */
const isServed = ({ deployments }: Config, model: string): boolean =>
  deployments.some((deployment) => deployment.model === model)

export const modelsOf = (config: Config, key: ApiKey): string[] =>
  [...config.catalogue.keys()].filter((model) => isServed(config, model) && mayUse(key, model))

const mayUse = ({ models }: ApiKey, model: string): boolean => models === null || models.includes(model)

export interface ModelProblem {
  readonly code: 'unknown_model' | 'model_not_allowed'
  readonly message: string
}

/** Why a key cannot use a model, or undefined where it can: then without a list of all, for each call asks it. */
export const modelProblem = (config: Config, key: ApiKey, model: string): ModelProblem | undefined => {
  const isThere = config.catalogue.has(model) && isServed(config, model)
  if (isThere && mayUse(key, model)) return undefined
  const allowed = modelsOf(config, key)
  const there = allowed.length === 0 ? 'there is none at the moment' : `there are ${allowed.join(', ')}`
  return isThere
    ? { code: 'model_not_allowed', message: `This key may not use the model "${model}"; ${there}` }
    : { code: 'unknown_model', message: `There is no model "${model.slice(0, 100)}"; ${there}` }
}

/** The list of models with their prices, in USD per million tokens. */
export const modelsJson = (config: Config, key: ApiKey, now: number): unknown => ({
  object: 'list',
  data: modelsOf(config, key).map((id) => modelJson(config, id, now)),
})

/** One model with its prices. */
export const modelJson = (config: Config, id: string, now: number): unknown => ({
  id,
  object: 'model',
  created: 0,
  owned_by: 'sheepfold',
  ...soldAs(config, id, now),
})

/** What no maker's list says: which model it really is, and what it costs here. */
export const soldAs = (config: Config, id: string, now: number): Readonly<Record<string, unknown>> => {
  const model = config.catalogue.get(id)
  const sell = model && sellPriceOf(model, config.costBooks, now)
  return {
    stands_for: model?.providerModel,
    prices: sell
      ? { currency: 'USD', per: 1_000_000, list: pricesJson(sell.list), batch: pricesJson(sell.batch) }
      : null,
  }
}
