import { fieldOf } from './message.ts'

/** What the bench gave this child to do. */
export const childSettings = (): unknown => JSON.parse(process.argv[2] ?? '{}')

/** The child's side: says that it is ready, answers, and ends when the bench is gone. */
export const answerParent = (
  ready: unknown,
  answers: Readonly<Record<string, (value: unknown) => Promise<unknown>>> = {},
): void => {
  // A Ctrl-C in the terminal reaches this process too; the bench decides in which order things end.
  process.on('SIGINT', () => {})
  process.on('disconnect', () => process.exit(0))
  process.on('message', async (message) => {
    const answer = answers[String(fieldOf(message, 'question'))]
    if (!answer) throw new Error(`no answer to ${JSON.stringify(message)}`)
    process.send?.(await answer(fieldOf(message, 'value')))
  })
  process.send?.(ready)
}
