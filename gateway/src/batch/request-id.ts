/**
 * The id of a request in the output and error files of OpenAI's dialect: made of its batch and its index
 * there, so that it is the same at every look, and that a line of an error file says which request it is of.
 */
export const requestIdOf = (batch: string, index: number): string =>
  `batch_req_${batch.slice(BATCH_PREFIX.length)}_${index}`

const BATCH_PREFIX = 'batch_'
const REQUEST_ID = /^batch_req_([0-9A-Za-z]{1,64})_(\d{1,9})$/

export const requestOf = (requestId: string): { batch: string; index: number } | undefined => {
  const [, batch, index] = REQUEST_ID.exec(requestId) ?? []
  return batch === undefined ? undefined : { batch: BATCH_PREFIX + batch, index: Number(index) }
}
