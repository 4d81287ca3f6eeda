import type { CostBooks } from '../../money/cost-book.ts'
import { flatPrices } from '../../money/price.ts'
import { ANTHROPIC_COSTS } from './anthropic.ts'
import { DEEPSEEK_COSTS } from './deepseek.ts'
import { GEMINI_COSTS } from './gemini.ts'
import { OPENAI_COSTS } from './openai.ts'
import { entry } from './rows.ts'

/** Of servers that the installation runs itself: what they cost does not go by tokens. */
export const OWN_SERVER_BOOK = 'own-server'

const FREE = { list: flatPrices(0n), batch: flatPrices(0n) }

/** A dated starting point: an installation puts its own figures in the place of these. */
export const DEFAULT_COSTS: CostBooks = new Map([
  ...OPENAI_COSTS,
  ...ANTHROPIC_COSTS,
  ...GEMINI_COSTS,
  ...DEEPSEEK_COSTS,
  [OWN_SERVER_BOOK, [entry('it is nobody else who is paid', FREE)]],
])
