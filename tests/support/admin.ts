import { expect } from 'vitest'
import type { TestGateway } from './gateway.ts'
import { type Answer, type CallOrder, call } from './http.ts'

export interface Operator {
  /** Calls a path below /v1/admin. */
  call(path: string, order?: CallOrder): Promise<Answer>
  /** The answer's body, of a call that must succeed. */
  ask<Body>(path: string, order?: CallOrder): Promise<Body>
}

/** One who runs the installation, with a key of their own. */
export const operatorOf = async (server: TestGateway): Promise<Operator> => {
  const { secret } = await server.newOperatorKey()
  const callPath = (path: string, order: CallOrder = {}): Promise<Answer> =>
    call(`${server.url}/v1/admin/${path}`, { key: secret, ...order })
  return {
    call: callPath,
    async ask<Body>(path: string, order?: CallOrder) {
      const answer = await callPath(path, order)
      expect({ path, status: answer.status, text: answer.text }).toMatchObject({ path, status: 200 })
      return answer.json as Body
    },
  }
}

export interface List<Item> {
  readonly data: readonly Item[]
  readonly first_id: string | null
  readonly last_id: string | null
  readonly has_more: boolean
}
