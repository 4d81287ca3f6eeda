import { keepCluster } from './kept-cluster.ts'

/**
 * One PostgreSQL for a run of the tests: the server that SHEEPFOLD_TEST_DATABASE_URL names, or a cluster of
 * our own under that name. Each test file and each gateway has a database of its own on it.
 */
export default async (): Promise<(() => Promise<void>) | undefined> => {
  if (process.env.SHEEPFOLD_TEST_DATABASE_URL) return undefined
  const cluster = await keepCluster().catch((error: unknown) => {
    // The tests that need one fail with this line; those of other projects run all the same.
    process.env.SHEEPFOLD_TEST_NO_DATABASE = error instanceof Error ? error.message : String(error)
  })
  if (!cluster) return undefined
  process.env.SHEEPFOLD_TEST_DATABASE_URL = cluster.url
  return async () => {
    delete process.env.SHEEPFOLD_TEST_DATABASE_URL
    await cluster.remove()
  }
}
