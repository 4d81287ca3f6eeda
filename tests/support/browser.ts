import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import chromium from '@sparticuz/chromium'
import { type Browser, chromium as playwright } from 'playwright-core'

export interface OpenedBrowser {
  readonly browser: Browser
  close(): Promise<void>
}

/** Chromium as an npm package brings it, unpacked into a folder of its own: two test runs never share half of one. */
export const openBrowser = async (): Promise<OpenedBrowser> => {
  const folder = mkdtempSync(join(tmpdir(), 'sheepfold-chromium-'))
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  const remove = (): void => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const browser = await playwright.launch({
      executablePath: await chromium.executablePath(),
      args: chromium.args,
    })
    return {
      browser,
      async close() {
        await browser.close()
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}
