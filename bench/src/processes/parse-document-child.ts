import { messageDocument } from '../request-file.ts'
import { answerParent, childSettings } from './answer-parent.ts'
import { numberOf } from './message.ts'

const settings = childSettings()
const bytes = Buffer.concat(
  messageDocument(numberOf(settings, 'requests'), numberOf(settings, 'requestBytes')),
)
const text = bytes.toString()

answerParent(
  {},
  {
    parse: async () => {
      const startedAt = performance.now()
      JSON.parse(text)
      const seconds = (performance.now() - startedAt) / 1_000
      return { mbPerSecond: bytes.length / 1_000_000 / seconds }
    },
  },
)
