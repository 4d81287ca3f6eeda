/** How a model is told how much to think. */
export type Thinking =
  | { readonly kind: 'levels' }
  /** In tokens; 0 where it can be told not to think at all. */
  | { readonly kind: 'budgets'; readonly budgetMin: number }
  | { readonly kind: 'none' }

export const thinkingOf = (model: string): Thinking => {
  const version = versionOf(model)
  if (version >= 3) return { kind: 'levels' }
  if (version < 2.5) return { kind: 'none' }
  return { kind: 'budgets', budgetMin: model.includes('-pro') ? PRO_BUDGET_MIN : 0 }
}

/** From the third generation on, a call in the history without the signature of its thoughts is refused. */
export const wantsSignatures = (model: string): boolean => versionOf(model) >= 3

/** A name without a version is an alias of the newest models. */
const versionOf = (model: string): number =>
  Number(/gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1] ?? Number.POSITIVE_INFINITY)

export const STOP_SEQUENCES_MAX = 5

const PRO_BUDGET_MIN = 128
