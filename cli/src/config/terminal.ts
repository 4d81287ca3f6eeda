import { closeSync, openSync } from 'node:fs'

/** Whether the process hangs on a terminal that is still there. */
export const hasTerminal = (): boolean => {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
