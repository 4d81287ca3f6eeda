import { checkFaults, checkOptions, startSimulator } from '@sheepfold/simulator'
import { answerParent, childSettings } from './answer-parent.ts'

const options = checkOptions(childSettings())
if ('problems' in options) throw new Error(options.problems.join('\n'))
const server = await startSimulator(options.value)

answerParent(
  { url: server.url },
  {
    setFaults: async (value) => {
      const faults = checkFaults(value)
      if ('problems' in faults) throw new Error(faults.problems.join('\n'))
      server.simulator.setFaults(faults.value)
      return {}
    },
  },
)
