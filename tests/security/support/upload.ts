import type { TestGateway } from '../../support/gateway.ts'

/** A file of which no batch is made; its id. */
export const uploadBytes = async (
  { url, key }: Pick<TestGateway, 'url' | 'key'>,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<string> => {
  const form = new FormData()
  form.set('purpose', 'user_data')
  form.set('file', new Blob([bytes]), 'data.bin')
  const response = await fetch(`${url}/v1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: form,
  })
  const { id } = (await response.json()) as { id: string }
  return id
}
