import { z } from 'zod'
import { DEFAULT_TRANSLATION } from '../default-limits.ts'
import { count, members } from './words.ts'

const MIB = 1_048_576

const { lossy, media } = DEFAULT_TRANSLATION

const mediaSchema = members({
  mib_max: count
    .max(64)
    .default(media.bytesMax / MIB)
    .describe('MiB of what one URL holds.'),
  timeout_seconds: count
    .max(300)
    .default(media.timeoutMs / 1_000)
    .describe('What is not there by then, redirects included, is tried twice more.'),
  redirects_max: z
    .int()
    .min(0)
    .max(10)
    .default(media.redirectsMax)
    .describe('Redirects that are followed; each address is judged anew.'),
  kept_mib_max: z
    .int()
    .min(0)
    .max(65_536)
    .default(media.keptBytesMax / MIB)
    .describe(
      'MiB of what is kept while the batches that name it run. Beyond it, what was used longest ago is fetched again.',
    ),
})

/** What becomes of requests in a format that no deployment of their model speaks. */
export const translationSchema = members({
  lossy: z
    .enum(['refuse', 'warn'])
    .default(lossy)
    .describe(
      'Whether a request is refused where a field of it would be dropped or changed. Callers decide with ' +
        "`Sheepfold-Lossy` or a batch's `lossy`.",
    ),
  media: mediaSchema
    .prefault({})
    .describe(
      'What URLs in requests hold, fetched where a provider wants it in the request. The networks that may be ' +
        'called are those of `webhooks`.',
    ),
})
