import { defineConfig } from 'vitest/config'

const long = process.env.SHEEPFOLD_TEST_LONG === '1'

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{gateway,client,cli,simulator,bench}/**/*.test.ts', 'tests/rules/**/*.test.ts'],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          // Whole processes, real kills, thousands of requests: one file at a time, so that two cores
          // are not shared by things that wait for each other.
          name: 'flows',
          include: ['tests/{flows,crashes,simulation,mutants}/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: long ? 3_600_000 : 300_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
