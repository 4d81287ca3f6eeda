import type { Fault, ModelOptions } from '@sheepfold/simulator'
import { answerOptions } from '../requests.ts'
import { startChild } from './child.ts'
import { textOf } from './message.ts'

/** The provider that everybody calls in a course: ours, the reference loops, and wrk. */
export interface Upstream {
  readonly url: string
  setFaults(faults: readonly Fault[]): Promise<void>
  end(): Promise<void>
}

export type Latency = Pick<ModelOptions, 'firstByteMs' | 'firstByteSpreadMs'>

/** Without its tape: a million rows of it make every later call dearer, whoever makes that call. */
export const startUpstream = async (latency: Latency): Promise<Upstream> => {
  const settings = { pretty: false, tapeRowsMax: 0, defaults: { ...answerOptions, ...latency } }
  const child = await startChild(import.meta.resolve('./simulator-child.ts'), { settings })
  return {
    url: textOf(child.ready, 'url'),
    end: child.end,
    async setFaults(faults) {
      await child.ask('setFaults', faults)
    },
  }
}
