import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenedBrowser, openBrowser } from '../support/browser.ts'
import { openGateway, type TestGateway } from '../support/gateway.ts'
import { type FakeProvider, startFakeProvider } from '../support/provider.ts'

let provider: FakeProvider
let server: TestGateway
let opened: OpenedBrowser

beforeAll(async () => {
  if (!onLinux) return
  provider = await startFakeProvider()
  server = await openGateway({ provider: provider.url })
  opened = await openBrowser()
})

afterAll(async () => {
  await opened?.close()
  await server?.stop()
  await provider?.close()
})

/** What a page did that it must not: asked another host, or wrote errors to its console. */
const watched = (page: Page): { asked: string[]; errors: string[] } => {
  const asked: string[] = []
  const errors: string[] = []
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol !== 'data:' && origin !== server.url) asked.push(request.url())
  })
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(error.message))
  return { asked, errors }
}

/** There is no Chromium in an npm package for other systems. */
const onLinux = process.platform === 'linux'

describe.skipIf(!onLinux)('the API reference', () => {
  it('shows every part of the API and makes a call, and asks no other host', async () => {
    const page = await opened.browser.newPage()
    const { asked, errors } = watched(page)
    await page.goto(`${server.url}/docs`)
    await page.getByText('Many requests, each answered once.').waitFor()
    for (const path of ['/v1/batches', '/v1/files', '/v1/uploads', '/v1/models', '/v1/admin/accounts']) {
      expect(await page.locator(`[data-path="${path}"]`).count()).toBeGreaterThan(0)
    }

    await page.getByRole('button', { name: 'Authorize', exact: true }).click()
    const key = page.locator('.auth-container', { hasText: 'client' }).first()
    await key.getByRole('textbox').fill(server.key)
    await key.getByRole('button', { name: /apply/i }).click()
    await page.getByRole('button', { name: 'Close', exact: true }).first().click()

    const operation = page.locator('#operations-Models-listModels')
    await operation.locator('.opblock-summary-control').click()
    await operation.getByRole('button', { name: 'Try it out' }).click()
    await operation.getByRole('button', { name: 'Execute' }).click()
    const answer = operation.locator('.live-responses-table')
    await answer.getByText('batch-flash-3.5').first().waitFor()
    expect(await answer.locator('tbody .response-col_status').first().textContent()).toContain('200')

    expect(asked).toEqual([])
    expect(errors).toEqual([])
    await page.close()
  })

  it.each(['/docs', '/docs/', '/docs/static/swagger-ui-bundle.js', '/openapi.json'])(
    'is sent with headers that keep it to itself: %s',
    async (path) => {
      const answer = await fetch(`${server.url}${path}`)
      expect([path, answer.status]).toEqual([path, 200])
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
      if (path === '/openapi.json') return
      const policy = answer.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toMatch(/https?:|unsafe-eval/)
    },
  )
})
