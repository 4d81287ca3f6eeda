import { afterAll } from 'vitest'
import { storeContract } from '../store.contract.ts'
import { sharedDatabase } from './postgres-store.fixture.ts'

const database = sharedDatabase()
afterAll(database.close)
storeContract('PostgreSQL', database.open)
