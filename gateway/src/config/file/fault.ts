/** One thing that is wrong with a configuration file: where, and what is allowed. */
export interface ConfigFault {
  /** From 1. */
  readonly line: number
  readonly column: number
  /** `deployments[0].model`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
}

/** Everything that is wrong with a file; its message names each fault as `file:line:column`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(file: string, faults: readonly ConfigFault[]) {
    super(`${file} is not a valid configuration:\n${faults.map((fault) => lineOf(file, fault)).join('\n')}`)
    this.faults = faults
  }
}

const lineOf = (file: string, { line, column, path, message }: ConfigFault): string =>
  `  ${file}:${line}:${column}: ${path === '' ? '' : `${path}: `}${message}`

export type Path = ReadonlyArray<string | number>

/** What is wrong at a path, before it is known where in the text that is. */
export interface FaultAt {
  readonly path: Path
  readonly message: string
  /** The name is at fault, and not what stands under it. */
  readonly isName?: true
}

const PLAIN = /^[A-Za-z0-9_.\-/]+$/

/** `deployments[0].limits`; a name that would not read well is quoted. */
export const pathText = (path: Path): string =>
  path
    .map((part, place) => {
      if (typeof part === 'number') return `[${part}]`
      const name = PLAIN.test(part) ? part : JSON.stringify(part)
      return place === 0 ? name : `.${name}`
    })
    .join('')
