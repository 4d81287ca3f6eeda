import { expect } from 'vitest'
import { ERRORS } from '../../gateway/src/server/errors.ts'
import type { Answer } from './http.ts'

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A refusal in the native form: flat, with a code of the table and the status that the table gives it. */
export const expectRefusal = ({ status, text, headers }: Pick<Answer, 'status' | 'text' | 'headers'>) => {
  const body: unknown = JSON.parse(text)
  if (!isPlainObject(body)) throw new Error(`no object: ${text}`)
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  const code = String(body.error)
  expect(Object.keys(ERRORS)).toContain(code)
  expect(ERRORS[code as keyof typeof ERRORS].status).toBe(status)
  if (code !== 'batch_size_exceeded') {
    expect(body.message).toEqual(expect.any(String))
    expect(String(body.message).length).toBeLessThan(2_000)
  }
  return body
}

/** A refusal in OpenAI's envelope, with all four of its members. */
export const expectOpenaiRefusal = ({
  status,
  text,
  headers,
}: Pick<Answer, 'status' | 'text' | 'headers'>) => {
  const body: unknown = JSON.parse(text)
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(body).toEqual({
    error: {
      message: expect.any(String),
      type: 'invalid_request_error',
      param: expect.toSatisfy((param) => param === null || typeof param === 'string'),
      code: expect.toSatisfy((code) => code === null || typeof code === 'string'),
    },
  })
}
