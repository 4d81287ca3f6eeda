import type { TestGateway } from './gateway.ts'
import { type Answer, call } from './http.ts'

/** One part of a multipart body, as a test writes it. */
export interface Part {
  readonly head: string
  readonly content: string
}

export const field = (name: string, content: string): Part => ({ head: `name="${name}"`, content })
export const file = (content: string, filename = 'in.jsonl', name = 'file'): Part => ({
  head: `name="${name}"; filename="${filename}"\r\nContent-Type: application/octet-stream`,
  content,
})

export const multipart = (parts: readonly Part[]): string =>
  `${parts.map(({ head, content }) => `--XX\r\nContent-Disposition: form-data; ${head}\r\n\r\n${content}\r\n`).join('')}--XX--\r\n`

/** Sends a form to `/v1/files`; `body` is one that is no form any more. */
export const postForm = (
  { url, key }: Pick<TestGateway, 'url' | 'key'>,
  parts: readonly Part[],
  body = multipart(parts),
): Promise<Answer> =>
  call(`${url}/v1/files`, {
    key,
    body,
    headers: { 'content-type': 'multipart/form-data; boundary=XX' },
  })
