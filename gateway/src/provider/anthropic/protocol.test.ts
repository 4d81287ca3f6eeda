import { expect, it } from 'vitest'
import type { Deployment } from '../deployment.ts'
import type { CallerHeaders } from '../protocol.ts'
import { anthropicProtocol } from './protocol.ts'

const deployment: Deployment = {
  id: 'one',
  model: 'm',
  provider: 'anthropic',
  outputTokensDefault: 4_096,
  providerModel: 'claude-sonnet-5-5',
  baseUrl: 'https://api.anthropic.com/v1',
  apiKey: 'sk-ant-one',
  weight: 1,
  limits: {
    concurrencyMax: 1,
    concurrencyInitial: 1,
    firstByteMsMax: 1,
    totalMsMax: 1,
    interactiveShare: 0,
  },
  costBook: 'none',
}

const target = (headers: CallerHeaders) =>
  anthropicProtocol.target(deployment, '/v1/messages', { isStream: false, headers })

it('is asked with its key in its own header, in the version that takes the most', () => {
  expect(target({})).toEqual({
    path: '/messages',
    headers: {
      'x-api-key': 'sk-ant-one',
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
    },
  })
})

it('is asked in the version of its caller, who may try what is new', () => {
  const headers = { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'a,b', 'x-other': 'c' }
  expect(target(headers).headers).toEqual({
    'x-api-key': 'sk-ant-one',
    'content-type': 'application/json',
    'anthropic-version': '2026-10-21',
    'anthropic-beta': 'a,b',
  })
})

it('has messages alone, so that other endpoints are translated', () => {
  expect([...anthropicProtocol.endpoints]).toEqual(['/v1/messages'])
})
