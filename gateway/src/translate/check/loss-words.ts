import type { Loss, LossAction } from '../loss.ts'

/** These change what is asked: a request with one is refused unless its caller says otherwise. */
export const isLossy = ({ action }: Pick<Loss, 'action'>): boolean =>
  action === 'dropped' || action === 'clamped'

/** Why a request is refused, in a sentence that says what can be done. */
export const lossMessage = ({ field, action, from, to }: Loss): string => {
  const given = from === undefined ? '' : ` (${from})`
  const becomes = action === 'clamped' && to !== undefined ? `be sent as ${to}` : BECOMES[action]
  return (
    `'${field}'${given} has no counterpart at the provider of the model and would ${becomes}. ` +
    'Leave it out, or allow it with "lossy": "warn" in the body of a batch or the header "Sheepfold-Lossy: warn".'
  )
}

/** Why nothing can be asked of a model at an endpoint. */
export const endpointMissing = (model: string, endpoint: string): string =>
  `No deployment of the model "${cut(model)}" has anything like ${endpoint}.`

const BECOMES: Readonly<Record<LossAction, string>> = {
  dropped: 'be dropped',
  clamped: 'be changed',
  moved: 'be moved',
  defaulted: 'be filled in',
  approximated: 'be approximated',
}

const CHARACTERS_MAX = 100

/** A client's own text, cut so that a report is never as large as its cause. */
export const cut = (text: string): string =>
  text.length > CHARACTERS_MAX ? `${text.slice(0, CHARACTERS_MAX).toWellFormed()}…` : text.toWellFormed()

/** One line of a report stands for all positions of a list. */
export const withoutPositions = (field: string): string => field.replace(/\[\d+\]/g, '[]')
