import { answerParent, childSettings } from './answer-parent.ts'
import { latencyCaller } from './latencies.ts'
import { fieldOf, numberOf, textOf } from './message.ts'

const settings = childSettings()
const headers = Object.entries(fieldOf(settings, 'headers') ?? {}).map(([name, value]) => [
  name,
  String(value),
])
const caller = latencyCaller({ url: textOf(settings, 'url'), headers: Object.fromEntries(headers) })

answerParent(
  {},
  {
    oneByOne: async (value) => caller.oneByOne(numberOf(value, 'calls')),
    steadily: async (value) => caller.steadily(numberOf(value, 'perSecond'), numberOf(value, 'seconds')),
  },
)
