import { afterAll } from 'vitest'
import { storeContract } from '../store.contract.ts'
import { openInMemory, openOnFile, sharedThread } from './sqlite-store.fixture.ts'

storeContract('SQLite in memory', openInMemory)
storeContract('SQLite on a file', openOnFile)

const thread = sharedThread()
afterAll(thread.close)
storeContract('SQLite on a thread of its own', thread.open, { clock: 'system' })
