import type { BatchCheck, Client } from '@sheepfold/client'
import { SheepfoldError } from '@sheepfold/client'
import type { RequestSettings } from '../settings.ts'

/** What the server makes of the options that all records share. */
export interface SettingsCheck {
  /** Undefined where the server has no such check, as others than Sheepfold. */
  readonly check: BatchCheck | undefined
  /** Why every record would be refused. */
  readonly refusal: string | undefined
}

/**
 * Records are texts, which every provider takes: what may be lost are the options, and they are the same for all. So
 * one request is checked, and none of the input is sent for it.
 */
export const checkSettings = async (client: Client, settings: RequestSettings): Promise<SettingsCheck> => {
  const { model, task, system, sampling, lossy } = settings
  const body = {
    model,
    ...(task === undefined ? {} : { task }),
    tasks: [{ prompt: 'x', ...(system === undefined ? {} : { system }) }],
    options: sampling,
    ...(lossy === undefined ? {} : { lossy }),
  }
  try {
    return { check: await client.batches.check(body), refusal: undefined }
  } catch (error) {
    return { check: undefined, refusal: isOfTranslation(error) ? error.message : undefined }
  }
}

/** Other refusals are told by what else is asked of the server, or by the run itself. */
const isOfTranslation = (error: unknown): error is SheepfoldError =>
  error instanceof SheepfoldError && (error.code === 'invalid_items' || error.code === 'untranslatable')
