import type { FileContents, FileTarget } from './contents.ts'
import type { LineFault, LineProblem } from './line-faults.ts'

export interface BatchErrorsOrder {
  readonly endpoint: string
  /** Why the key cannot use a model here; undefined where it can. */
  readonly modelProblem: (model: string) => string | undefined
  /** Why nothing can be asked of a model at an endpoint; undefined where it can. */
  readonly endpointProblem: (model: string, endpoint: string) => string | undefined
  readonly shownMax: number
}

/** Why no batch for this endpoint can be made of a file: what is wrong with it for any, and for this one. */
export const batchErrors = (contents: FileContents, order: BatchErrorsOrder): readonly LineFault[] => {
  const faults = [...contents.faults, ...contents.targets.flatMap((target) => targetFaults(target, order))]
  return faults.toSorted((left, right) => (left.line ?? 0) - (right.line ?? 0)).slice(0, order.shownMax)
}

const targetFaults = (target: FileTarget, order: BatchErrorsOrder): LineFault[] => {
  const problem = targetProblem(target, order)
  return problem === undefined ? [] : target.firstLines.map((line) => ({ line, ...problem }))
}

const targetProblem = ({ endpoint, model }: FileTarget, order: BatchErrorsOrder): LineProblem | undefined => {
  if (endpoint !== order.endpoint) {
    const message = `The url '${endpoint}' is not the endpoint of the batch, which is '${order.endpoint}'.`
    return { code: 'url_mismatch', message, param: 'url' }
  }
  const message = order.modelProblem(model)
  if (message !== undefined) return { code: 'model_not_found', message, param: 'body.model' }
  const missing = order.endpointProblem(model, endpoint)
  return missing === undefined ? undefined : { code: 'untranslatable', message: missing, param: 'body.model' }
}
