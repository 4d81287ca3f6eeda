import { type BatchResults, type Client, parseUsd } from '@sheepfold/client'
import { expect } from 'vitest'
import { sheepfoldIn } from './command.ts'
import { sumOfCosts } from './job.ts'

interface PrintedAudit {
  readonly answers: number
  readonly findings: readonly unknown[]
  readonly balances: ReadonlyArray<{ account: string; amount: string }>
  readonly waste: string
}

/** Runs `sheepfold audit` on the directory: nothing may be found, and it must count so many answers, if told. */
export const expectCleanBooks = async (
  dataDir: string,
  answers?: number,
  wrap: readonly string[] = [],
): Promise<PrintedAudit> => {
  const end = await sheepfoldIn(wrap, 'audit', '--json', '--data', dataDir)
  expect(end.stderr).toBe('')
  const audit: PrintedAudit = JSON.parse(end.stdout)
  expect(audit.findings).toEqual([])
  expect(end.code).toBe(0)
  if (answers !== undefined) expect(audit.answers).toBe(answers)
  return audit
}

/** The batch was charged what its results cost, no more and no less. */
export const expectChargedOnce = async (
  client: Client,
  batchId: string,
  results: BatchResults,
): Promise<bigint> => {
  const sum = sumOfCosts(results)
  const { cost } = await client.batches.get(batchId)
  expect(parseUsd(cost?.batch ?? '')).toBe(sum)
  return sum
}
