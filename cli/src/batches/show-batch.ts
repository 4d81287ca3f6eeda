import type { AnyBatch } from '@sheepfold/client'
import { clientOf } from '../api-key.ts'
import type { RemoteOptions } from '../command-options.ts'
import { batchText } from './batch-text.ts'

export const showBatch = async (id: string, options: RemoteOptions): Promise<void> =>
  print(await clientOf(options, 2).batches.show(id), options)

/** What is finished stays. */
export const cancelBatch = async (id: string, options: RemoteOptions): Promise<void> =>
  print(await clientOf(options, 2).batches.stop(id), options)

const print = (any: AnyBatch, { json }: RemoteOptions) =>
  console.log(json ? JSON.stringify(any.batch) : batchText(any))
