import { call } from './http.ts'
import { API_KEY } from './serve.ts'

/** An answer as it is now, with the fields that the client library does not know. */
export const plainGet = async (url: string, path: string): Promise<Record<string, unknown>> => {
  const { status, json, text } = await call(`${url}${path}`, { key: API_KEY, headers: { prefer: 'wait=0' } })
  if (status !== 200 || typeof json !== 'object' || json === null) throw new Error(`GET ${path}: ${text}`)
  return { ...json }
}
