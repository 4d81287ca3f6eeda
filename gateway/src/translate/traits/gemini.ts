/** How a model is told how much to think. */
export type Thinking =
  | { readonly kind: 'levels' }
  /** In tokens; 0 where it can be told not to think at all. */
  | { readonly kind: 'budgets'; readonly budgetMin: number }
  | { readonly kind: 'none' }

/** A name without a version is an alias of the newest models. */
export const thinkingOf = (model: string): Thinking => {
  const version = /gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1]
  if (version === undefined || Number(version) >= 3) return { kind: 'levels' }
  if (Number(version) < 2.5) return { kind: 'none' }
  return { kind: 'budgets', budgetMin: model.includes('-pro') ? PRO_BUDGET_MIN : 0 }
}

export const STOP_SEQUENCES_MAX = 5

const PRO_BUDGET_MIN = 128
