/** Ids of batches look as those of the API do whose dialect they came in. */
export const batchIdPrefix = (dialect: string): string => (dialect === 'anthropic' ? 'msgbatch_' : 'batch_')

export const BATCH_ID = /^(?:msg)?batch_[0-9A-Za-z]{1,64}$/
