/** What must not outlive the bench: processes and folders, each with how to end it. */
const open = new Set<() => Promise<void>>()

/** Returns `end`, to be called any number of times, by its owner or by Ctrl-C. */
export const endOnce = (end: () => Promise<void>): (() => Promise<void>) => {
  let ended: Promise<void> | undefined
  const once = (): Promise<void> => {
    open.delete(once)
    ended ??= end()
    return ended
  }
  open.add(once)
  return once
}

/** The newest first: a process goes before the folder that it writes to. */
export const endAllLeftOpen = async (): Promise<void> => {
  for (const end of [...open].reverse()) await end()
}
