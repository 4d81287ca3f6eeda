import { afterAll, beforeAll, expect, it } from 'vitest'
import { type List, type Operator, operatorOf } from '../support/admin.ts'
import { batchEnded, created } from '../support/batches.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { chatAnswer, type ScriptedProvider, startScriptedProvider } from '../support/scripted-provider.ts'
import { until } from '../support/wait.ts'

/** What an operator sees when a provider refuses the key of the installation. */

const PROVIDER_KEY = 'sk-of-the-provider-0123456789'

let provider: ScriptedProvider
let server: TestGateway
let operator: Operator

beforeAll(async () => {
  provider = await startScriptedProvider()
  server = await openGateway({
    provider: provider.url,
    adapt: (config) => ({
      ...config,
      deployments: config.deployments.map((each) => ({ ...each, apiKey: PROVIDER_KEY, region: 'seoul' })),
    }),
  })
  operator = await operatorOf(server)
})

afterAll(async () => {
  await server.stop()
  await provider.close()
})

interface Deployment {
  readonly id: string
  readonly health: { readonly state: string }
}

const findDeployment = async (): Promise<Deployment | undefined> => {
  const { data } = await operator.ask<List<Deployment>>('deployments?limit=100')
  return data.find(({ id }) => id.endsWith('batch-4.1'))
}

it('a deployment that is refused says why and until when, its batches wait for it, and its key is never shown', async () => {
  provider.always((call) =>
    call.answer(401, { error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } }),
  )
  const { batch_id } = await created(server, { model: 'batch-4.1', tasks: [{ prompt: 'x' }] })
  await until('the deployment to be shut', async () => (await findDeployment())?.health.state === 'shut')
  expect(await findDeployment()).toMatchObject({
    region: 'seoul',
    health: {
      reason: expect.stringContaining('Incorrect API key provided.'),
      until: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    },
    gate: { lanes: { interactive: { in_flight: 0, waiting: 0 } } },
  })
  expect(await operator.ask(`batches/${batch_id}`)).toMatchObject({
    state: 'running',
    waiting: { code: 'deployment_closed', message: expect.stringContaining('Incorrect API key provided.') },
  })
  for (const path of ['deployments?limit=100', `batches/${batch_id}`]) {
    expect((await operator.call(path)).text).not.toContain(PROVIDER_KEY)
  }
  provider.always((call) => call.answer(200, chatAnswer('well')))
  expect((await batchEnded(server, batch_id)).status).toBe('completed')
  expect(await findDeployment()).toMatchObject({ health: { state: 'open', reason: null, until: null } })
})
