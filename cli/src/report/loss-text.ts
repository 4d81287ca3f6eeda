import type { Loss } from '@sheepfold/client'

/** `dropped options.seed (7) in 1,000 requests, r-0 first`. */
export const lossText = (loss: Loss): string => {
  const { requests, example } = loss
  const count = `${requests.toLocaleString('en-US')} ${requests === 1 ? 'request' : 'requests'}`
  return `${fateText(loss)} in ${count}${example === null ? '' : `, ${example} first`}`
}

export const fateText = ({ action, field, from, to }: Loss): string => {
  const given = from === null ? '' : ` (${from})`
  return `${action} ${field}${given}${to === null ? '' : `: ${to}`}`
}

/** Tells what becomes of each field once, however many batches it is in. */
export const createLossTeller = (say: (message: string) => void): ((losses: readonly Loss[]) => void) => {
  const told = new Set<string>()
  return (losses) => {
    for (const loss of losses) {
      const name = `${loss.action} ${loss.field}`
      if (told.has(name)) continue
      told.add(name)
      say(`The provider has no word for it: ${fateText(loss)}`)
    }
  }
}
