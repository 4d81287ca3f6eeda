import { configDefaults, defineConfig } from 'vitest/config'

const long = process.env.SHEEPFOLD_TEST_LONG === '1'

/** They need a server, which is started only where one of them runs. */
const ON_POSTGRES = 'gateway/src/storage/postgres/*.test.ts'

const FLOWS_ON_POSTGRES = [
  'lifecycle',
  'creates-never-double',
  'native-results',
  'native-keys',
  'openapi',
  'admin-access',
  'admin-keys',
  'admin-batches',
  'admin-health',
  'admin-bad-input',
  'tenancy',
  'openai-lost-replies',
  'openai-retry',
  'openai-while-it-runs',
  'beside-the-server',
  'openai-batches',
  'anthropic-batches',
  'anthropic-batch-creates',
  'openai-files',
  'openai-uploads',
  'realtime-flex',
  'metrics',
  'probes',
  'webhooks-events',
  'webhooks-deliveries',
  'spend-limits',
  'usage',
  'translate-anthropic',
  'key-limits',
  'messages-limits',
  'many-makers',
  'files-of-many-models',
  'losses',
  'claude-models',
  'translate-gemini',
]
  .map((flow) => `tests/flows/${flow}.test.ts`)
  .concat(
    'tests/crashes/{crash-points,kills,usage-kills,webhooks}.test.ts',
    'tests/postgres/**/*.test.ts',
    'tests/security/matrix.test.ts',
  )

export default defineConfig({
  test: {
    // Also on two cores, where one would be left idle while a test waits.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{gateway,client,cli,simulator,bench}/**/*.test.ts', 'tests/rules/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ON_POSTGRES],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: [ON_POSTGRES],
          globalSetup: 'tests/support/postgres/global-setup.ts',
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          // The flows that lead through the verbs of the store once more, on the other database.
          name: 'flows-postgres',
          include: FLOWS_ON_POSTGRES,
          globalSetup: 'tests/support/postgres/global-setup.ts',
          env: { SHEEPFOLD_TEST_STORE: 'postgres' },
          testTimeout: long ? 3_600_000 : 300_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'security',
          include: ['tests/security/**/*.test.ts'],
          testTimeout: long ? 3_600_000 : 300_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          // Whole processes, real kills, thousands of requests. Files of them run side by side: each has its own
          // ports, folders and database, and mostly waits.
          name: 'flows',
          include: ['tests/{flows,crashes,simulation,mutants}/**/*.test.ts'],
          testTimeout: long ? 3_600_000 : 300_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          // Pages as people see them, in a Chromium that an npm package brings.
          name: 'browser',
          include: ['tests/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
