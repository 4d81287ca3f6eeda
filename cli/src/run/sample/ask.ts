import { createInterface } from 'node:readline/promises'

/** A question on the terminal; whatever is no yes is a no, the end of input too. */
export const askYes = async (question: string): Promise<boolean> => {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([terminal.question(question), ended])
    return /^(y|yes|예|네)$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
