import { changeRows } from './change-rows.ts'
import { call } from './http.ts'
import { API_KEY } from './serve.ts'
import { rowsOf } from './store-place.ts'

/** Makes an ordinary call; false where it was not answered, because the server is gone or going. */
export const makeCall = async (url: string, text: string): Promise<boolean> => {
  const body = { model: 'batch-4.1', messages: [{ role: 'user', content: text }] }
  const answer = await call(`${url}/v1/chat/completions`, { key: API_KEY, body }).catch(() => undefined)
  return answer?.status === 200
}

export interface StoredUsage {
  readonly calls: number
  readonly charge: bigint
  readonly waste: bigint
  readonly unposted: number
}

/** What is recorded of all keys together. */
export const usageOf = async (dataDir: string): Promise<StoredUsage> => {
  const [row] = await rowsOf(
    dataDir,
    `SELECT CAST(coalesce(sum(calls), 0) AS BIGINT) AS calls, CAST(coalesce(sum(charge), 0) AS BIGINT) AS charge,
       CAST(coalesce(sum(waste), 0) AS BIGINT) AS waste, count(CASE WHEN posting IS NULL THEN 1 END) AS unposted FROM usage_minute`,
  )
  return {
    calls: Number(row?.calls),
    charge: BigInt(String(row?.charge)),
    waste: BigInt(String(row?.waste)),
    unposted: Number(row?.unposted),
  }
}

const HOUR_MS = 3_600_000

/** As if all calls so far had been made an hour earlier: their hour is over. */
export const letAnHourPass = (dataDir: string): Promise<void> =>
  changeRows(dataDir, 'UPDATE usage_minute SET minute = minute - ? WHERE posting IS NULL', [HOUR_MS])
