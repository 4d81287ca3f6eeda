import { configDifference, type LoadedConfig, needsRestart } from '@sheepfold/gateway/config'

export interface ReloadOptions {
  /** The file, for messages. */
  readonly path: string
  readonly read: () => LoadedConfig
  readonly apply: (loaded: LoadedConfig) => void
  /** What the process was started with. */
  readonly started: LoadedConfig
  readonly say: (line: string) => void
  readonly complain: (line: string) => void
}

/** Reads the configuration again and takes it over as a whole; one with an error changes nothing. */
export const createReload = ({ path, read, apply, started, say, complain }: ReloadOptions): (() => void) => {
  let current = started
  return () => {
    const loaded = readOr(read, (error) => {
      complain(
        `sheepfold: the configuration was read again and not taken over, nothing has changed:\n${error}`,
      )
    })
    if (!loaded) return
    const changes = configDifference(current.config, loaded.config)
    const waiting = needsRestart(started.server, loaded.server)
    apply(loaded)
    current = loaded
    say(
      `Configuration: ${path} was read again: ${changes.length === 0 ? 'nothing has changed' : changes.join(' | ')}`,
    )
    if (waiting.length > 0) complain(`sheepfold: only a restart changes ${waiting.join(', ')}`)
  }
}

const readOr = (read: () => LoadedConfig, refused: (error: string) => void): LoadedConfig | undefined => {
  try {
    return read()
  } catch (error) {
    refused(error instanceof Error ? error.message : String(error))
    return undefined
  }
}
