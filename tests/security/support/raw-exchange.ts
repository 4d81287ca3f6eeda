import { openRaw } from '../../support/raw-http.ts'

/** What came back for bytes that were sent as one request, however they may be read. */
export interface RawExchange {
  /** Of each answer, in their order; those that only announce one are left out. */
  readonly statuses: readonly number[]
  /** Whether the connection carried another request afterwards. */
  readonly isUsable: boolean
  readonly text: string
}

const AFTERWARDS = 'GET /afterwards HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n'

/**
 * Sends the bytes, and behind them a request of its own that says where they ended for the server: it is
 * answered once where they were a whole request, and never where they broke the connection.
 */
export const exchangeRaw = async (url: string, bytes: string | Uint8Array): Promise<RawExchange> => {
  const connection = await openRaw(url)
  await connection.send(bytes)
  await connection.send(AFTERWARDS)
  const text = await connection.ended()
  const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)]
    .map(([, status]) => Number(status))
    .filter((status) => status >= 200)
  const isUsable = text.includes('GET /afterwards')
  return { statuses: isUsable ? statuses.slice(0, -1) : statuses, isUsable, text }
}
