import type { Model } from '@sheepfold/client'
import { clientOf } from '../../api-key.ts'
import type { RunOptions } from '../../command-options.ts'
import { pricesOf } from '../connect.ts'
import type { TokenPrices } from '../pricing.ts'

/** What the server tells of a model. A dry run does without it, and says why. */
export interface ModelFacts {
  readonly prices: TokenPrices | undefined
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number | undefined
  readonly problems: readonly string[]
}

export const lookUp = async (options: RunOptions): Promise<ModelFacts> => {
  const { models, problem } = await listModels(options)
  const model = models.find(({ id }) => id === options.model)
  const unknown =
    models.length > 0 && !model
      ? [`The server has no model ${options.model}; it has ${models.map(({ id }) => id).join(', ')}.`]
      : []
  return {
    prices: pricesOf(models, options),
    contextTokens: options.context ?? contextOf(model),
    problems: problem === undefined ? unknown : [problem],
  }
}

const listModels = async (options: RunOptions): Promise<{ models: readonly Model[]; problem?: string }> => {
  try {
    return { models: await clientOf(options, 0).models.list() }
  } catch (error) {
    return { models: [], problem: error instanceof Error ? error.message : String(error) }
  }
}

/** Servers that tell it do so under one of these names. */
const contextNames = ['context_window', 'context_length', 'max_model_len']

const contextOf = (model: Model | undefined): number | undefined => {
  const [value] = contextNames.flatMap((name) => (typeof model?.[name] === 'number' ? [model[name]] : []))
  return typeof value === 'number' ? value : undefined
}
