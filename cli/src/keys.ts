import type { CreateKeyOptions, DataOptions } from './command-options.ts'

export const createKey = async (_options: CreateKeyOptions): Promise<void> => {
  throw new Error('keys is not built in this checkout yet')
}

export const listKeys = async (_options: DataOptions): Promise<void> => {
  throw new Error('keys is not built in this checkout yet')
}

export const revokeKey = async (_id: string, _options: DataOptions): Promise<void> => {
  throw new Error('keys is not built in this checkout yet')
}
