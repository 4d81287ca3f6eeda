import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startChild } from './child.ts'
import { type Behind, type FileLimits, type GatewayLimits, gatewayConfig } from './gateway-config.ts'
import { numberOf, textOf } from './message.ts'
import { cpuMsOf, peakMbOf } from './proc.ts'
import { makeTempFolder } from './temp-folder.ts'

export interface GatewayProcess {
  readonly url: string
  readonly apiKey: string
  cpuMs(): number
  peakMb(): number
  rowsWritten(): Promise<number>
  /** A key of another account. */
  newKey(account: string): Promise<string>
  end(): Promise<void>
}

export interface GatewaySettings {
  readonly upstreamUrl: string
  readonly limits: GatewayLimits
  readonly files?: FileLimits
  readonly behind?: Behind
  /** A folder for the CPU profiles of the gateway's threads, written when it ends. */
  readonly profileFolder?: string | undefined
}

/** A gateway in a process and a folder of its own. */
export const startGatewayProcess = async (settings: GatewaySettings): Promise<GatewayProcess> => {
  const folder = await makeTempFolder()
  const configFile = join(folder.path, 'config.json')
  const { upstreamUrl, limits, files = {}, behind = {} } = settings
  await writeFile(configFile, gatewayConfig(upstreamUrl, limits, files, behind))
  const child = await startChild(import.meta.resolve('./gateway-child.ts'), {
    settings: { dataDir: join(folder.path, 'data'), configFile },
    nodeOptions: profileOptions(settings.profileFolder),
  })
  return {
    url: textOf(child.ready, 'url'),
    apiKey: textOf(child.ready, 'key'),
    cpuMs: () => cpuMsOf(child.pid),
    peakMb: () => peakMbOf(child.pid),
    rowsWritten: async () => numberOf(await child.ask('rowsWritten'), 'rows'),
    newKey: async (account) => textOf(await child.ask('newKey', { account }), 'key'),
    async end() {
      await child.end()
      await folder.end()
    },
  }
}

const profileOptions = (folder: string | undefined): string[] =>
  folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`]
