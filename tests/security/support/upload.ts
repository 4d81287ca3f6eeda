import type { TestGateway } from '../../support/gateway.ts'

type Server = Pick<TestGateway, 'url' | 'key'>

/** A file of which no batch is made; its id. */
export const uploadBytes = (server: Server, bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  uploadFile(server, bytes, { purpose: 'user_data', filename: 'data.bin' })

export const uploadFile = async (
  { url, key }: Server,
  bytes: Uint8Array<ArrayBuffer>,
  { purpose, filename }: { purpose: string; filename: string },
): Promise<string> => {
  const form = new FormData()
  form.set('purpose', purpose)
  form.set('file', new Blob([bytes]), filename)
  const response = await fetch(`${url}/v1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: form,
  })
  const { id } = (await response.json()) as { id: string }
  return id
}
