import { once } from 'node:events'

/** Writes to standard output no faster than its reader reads. */
export const print = async (text: string | Uint8Array): Promise<void> => {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}
