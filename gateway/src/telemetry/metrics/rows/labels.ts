/** Values that are the same wherever a label of this name stands. */
export const MODEL = { model: 'a model of ours' } as const
export const DEPLOYMENT = { deployment: 'the id of a deployment' } as const
export const SOURCE = { source: '`batch`: for requests of batches; `call`: for real-time calls' } as const
