import { answerParent, childSettings } from './answer-parent.ts'
import { callers } from './callers.ts'
import { numberOf, textOf } from './message.ts'

const settings = childSettings()
const name = textOf(settings, 'caller') === 'openai' ? 'openai' : 'undici'
const call = callers[name]({ url: textOf(settings, 'url'), inFlight: numberOf(settings, 'inFlight') })

answerParent(
  {},
  {
    call: async (value) => {
      const startedAt = performance.now()
      await call(numberOf(value, 'requests'))
      return { seconds: (performance.now() - startedAt) / 1_000 }
    },
  },
)
