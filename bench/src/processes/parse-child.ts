import { bytesOf, requestFile } from '../request-file.ts'
import { answerParent, childSettings } from './answer-parent.ts'
import { numberOf, textOf } from './message.ts'

const settings = childSettings()
const blocks = requestFile({
  lines: numberOf(settings, 'lines'),
  lineBytes: numberOf(settings, 'lineBytes'),
  texts: textOf(settings, 'texts') === 'documents' ? 'documents' : 'reviews-ko',
})
const LINE_FEED = 0x0a

/** Blocks end with a line. */
const parseAll = (): number => {
  let lines = 0
  for (const block of blocks) {
    let at = 0
    for (let end = block.indexOf(LINE_FEED); end >= 0; end = block.indexOf(LINE_FEED, at)) {
      JSON.parse(block.toString('utf8', at, end))
      lines += 1
      at = end + 1
    }
  }
  return lines
}

answerParent(
  {},
  {
    parse: async () => {
      const startedAt = performance.now()
      const lines = parseAll()
      const seconds = (performance.now() - startedAt) / 1_000
      return { lines, mbPerSecond: bytesOf(blocks) / 1_000_000 / seconds }
    },
  },
)
