import { expect, it } from 'vitest'
import { openSqliteThread } from './client.ts'
import { tempFolder } from './sqlite-store.fixture.ts'

it('an audit holds up no verb of the stations, and sees what they committed before', async () => {
  const folder = tempFolder()
  const store = await openSqliteThread({ dataDir: folder.path })
  await store.keys.ensureAccount('acme', 'Acme')
  const order: string[] = []
  const audited = store.audit.audit().then(() => order.push('audit'))
  await store.engine.join('w', { leaseMs: 60_000, alone: true }).then(() => order.push('join'))
  await audited
  // On one thread they would end in the order in which they were asked.
  expect(order).toEqual(['join', 'audit'])
  expect(await store.admin.account('acme')).toMatchObject({ name: 'Acme' })
  await store.close()
  await expect(store.admin.account('acme')).rejects.toMatchObject({ name: 'StoreError', code: 'closed' })
  folder.remove()
})
