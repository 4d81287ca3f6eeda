import type { Config } from '../../config/config.ts'
import type { FileContents } from '../../intake/file/contents.ts'
import { BATCH_ENDPOINTS } from '../../intake/file/endpoints.ts'
import { summaryFor, type TranslatedWay, translatedWays } from '../../intake/request-losses.ts'
import type { Reading } from '../../intake/thread/client.ts'
import type { FileFound } from '../../intake/thread/protocol.ts'
import { type LossSummary, NO_LOSSES } from '../../translate/check/loss-check.ts'
import type { ServerContext } from '../context.ts'

type ReadingContext = Pick<ServerContext, 'random' | 'readings' | 'blobs' | 'wayOf'>

export const openReading = (
  { random, readings }: ReadingContext,
  { files, intake }: Config,
  ways: readonly TranslatedWay[],
): Reading<FileFound> =>
  readings.openFile({ limits: { ...intake, ...files }, seeds: [random.next(), random.next()], ways })

/**
 * What would be lost of a file's requests as the installation is now. What was found at the upload holds as long as
 * they go the same ways; else the file is read once more.
 */
export const readLosses = async (
  context: ReadingContext,
  config: Config,
  { blob, contents }: { blob: string; contents: FileContents },
): Promise<LossSummary> => {
  const models = new Set(contents.targets.map(({ model }) => model))
  const ways = translatedWays(models, BATCH_ENDPOINTS, context.wayOf(config)).filter(({ model, endpoint }) =>
    contents.targets.some((target) => target.model === model && target.endpoint === endpoint),
  )
  if (ways.length === 0) return NO_LOSSES
  return summaryFor(contents.losses, ways) ?? readAgain(context, config, { blob, ways })
}

const BLOCK_BYTES = 1_048_576

const readAgain = async (
  context: ReadingContext,
  config: Config,
  { blob, ways }: { blob: string; ways: readonly TranslatedWay[] },
): Promise<LossSummary> => {
  const reading = openReading(context, config, ways)
  // One serves for all: it is read before the next bytes come.
  const block = Buffer.from(new SharedArrayBuffer(BLOCK_BYTES))
  try {
    for (let at = 0; ; at += BLOCK_BYTES) {
      const bytes = await context.blobs.read(blob, at, BLOCK_BYTES)
      if (bytes.length === 0) break
      await reading.push(block.subarray(0, bytes.copy(block)))
    }
    const { contents } = await reading.end((start, length) => context.blobs.read(blob, start, length))
    return contents.losses?.summary ?? NO_LOSSES
  } finally {
    reading.drop()
  }
}
