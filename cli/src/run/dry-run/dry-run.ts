import { formatUsd, type NanoUsd } from '@sheepfold/client'
import { clientOf } from '../../api-key.ts'
import type { RunOptions } from '../../command-options.ts'
import { type ExitCode, exitCodes } from '../../exit-codes.ts'
import { fateText } from '../../report/loss-text.ts'
import { money } from '../../report/table.ts'
import { openSource } from '../input/open-source.ts'
import { type ScannedInput, scanInput } from '../input/scan.ts'
import { createFaultList, type InputFault, type InputFaults, type Source } from '../input/source.ts'
import type { RequestSettings } from '../settings.ts'
import { lookUp, type ModelFacts } from './look-up.ts'
import { checkSettings, type SettingsCheck } from './losses.ts'
import { outputTokensAssumed, type PriceRange, priceRange } from './price-range.ts'
import { createCountTokens, createTokenEstimator, type TokenEstimate } from './token-counter.ts'

/** What OpenAI counts for the frame of a conversation with one message, and for each message more. */
const frameTokens = 7
const messageTokens = 4

/** `run --dry-run`: 0 where the input could be sent as it is, otherwise 1. */
export const dryRun = async (
  path: string,
  options: RunOptions,
  settings: RequestSettings,
): Promise<ExitCode> => {
  const source = await openSource(path, options)
  try {
    const facts = await lookUp(options)
    const translated = await checkSettings(clientOf(options, 0), settings)
    const checked = await check(source, settings, facts)
    const report = {
      ...checked,
      translated,
      facts,
      notes: source.notes,
      outputTokensMax: outputTokensMax(settings),
    }
    const isRefused = translated.refusal !== undefined || translated.check?.accepted === false
    const exitCode = checked.faults.total > 0 || isRefused ? exitCodes.usage : exitCodes.ok
    if (options.json) console.log(JSON.stringify({ ...jsonOf(report), exit_code: exitCode }))
    else print(report)
    return exitCode
  } finally {
    source.discard()
  }
}

interface Checked {
  readonly records: number
  /** What keeps it from being sent. */
  readonly faults: InputFaults
  /** What would be sent and will surely fail. */
  readonly overContext: InputFaults
  readonly characters: TokenEstimate
  /** Of all prompts, with what is added to each. */
  readonly promptTokens: number
}

const check = async (source: Source, settings: RequestSettings, facts: ModelFacts): Promise<Checked> => {
  const countTokens = createCountTokens()
  const estimator = createTokenEstimator(countTokens)
  const { system } = settings
  const each = frameTokens + (system === undefined ? 0 : countTokens(system) + messageTokens)
  const overContext = createFaultList()
  const { contextTokens } = facts
  const scanned: ScannedInput = await scanInput(source, settings.prompt, ({ place, prompt }) => {
    const tokens = estimator.show(prompt) + each
    if (contextTokens !== undefined && tokens > contextTokens)
      overContext.add(place, `about ${tokens} tokens, and ${settings.model} takes ${contextTokens}`)
  })
  const records = scanned.input.ids.length
  const characters = estimator.estimate()
  return {
    records,
    faults: scanned.faults,
    overContext,
    characters,
    promptTokens: characters.tokens + records * each,
  }
}

const outputTokensMax = ({ sampling }: RequestSettings): number | undefined => {
  const max = sampling.max_completion_tokens ?? sampling.max_tokens
  return typeof max === 'number' ? max : undefined
}

interface Report extends Checked {
  readonly translated: SettingsCheck
  readonly facts: ModelFacts
  readonly notes: readonly string[]
  readonly outputTokensMax: number | undefined
}

const rangeOf = (report: Report): PriceRange | undefined =>
  report.facts.prices && priceRange(report, report.facts.prices)

const linesShown = 20

const print = (report: Report): void => {
  const { records, faults, overContext, characters, promptTokens, facts, notes, translated } = report
  for (const note of [...notes, ...facts.problems]) console.error(note)
  printFaults(faults)
  printFaults(overContext)
  const counted =
    characters.countedCharacters < characters.characters
      ? `, from ${percent(characters.countedCharacters / characters.characters)} of the text`
      : ''
  console.log(
    `records        ${count(records)}${faults.total > 0 ? `, and ${count(faults.total)} bad lines` : ''}`,
  )
  console.log(`prompt tokens  about ${count(promptTokens)}${counted}`)
  console.log(`price          ${priceText(report)}`)
  printTranslation(translated)
  if (facts.contextTokens === undefined)
    console.error('Whether a prompt is too long for the model was not checked: --context says what it takes.')
  else if (overContext.total > 0)
    console.error(`${count(overContext.total)} prompts are too long for the model.`)
  console.error('Nothing was sent.')
}

const printTranslation = ({ check, refusal }: SettingsCheck) => {
  if (refusal !== undefined) console.error(refusal)
  for (const loss of check?.losses ?? []) console.log(`translated     ${fateText(loss)}`)
  if (check?.accepted === false)
    console.error('The server would refuse it: --lossy warn allows what is dropped or clamped.')
}

const printFaults = ({ shown, total }: InputFaults) => {
  for (const { place, message } of shown.slice(0, linesShown)) console.error(`${place}: ${message}`)
  const more = total - Math.min(shown.length, linesShown)
  if (more > 0) console.error(`… and ${more} more`)
}

const priceText = (report: Report): string => {
  const range = rangeOf(report)
  if (!range) return 'not known: the server tells none, and --input-price and --output-price do not either'
  const most =
    report.outputTokensMax === undefined
      ? `answers of ${count(outputTokensAssumed)} tokens, as --max-tokens does not limit them`
      : `answers of ${count(report.outputTokensMax)} tokens`
  return `${money(range.low)} (the prompts alone) to ${money(range.high)} (${most})`
}

const jsonOf = (report: Report) => {
  const range = rangeOf(report)
  const usd = (amount: NanoUsd | undefined) => (amount === undefined ? null : formatUsd(amount))
  const list = ({ shown }: InputFaults) => shown.map(({ place, message }: InputFault) => ({ place, message }))
  const { countedCharacters, characters } = report.characters
  return {
    records: report.records,
    bad_lines: report.faults.total,
    over_context: report.facts.contextTokens === undefined ? null : report.overContext.total,
    warnings: [...list(report.faults), ...list(report.overContext)],
    prompt_tokens: report.promptTokens,
    counted_percent: characters === 0 ? 100 : Math.round((countedCharacters / characters) * 1000) / 10,
    output_tokens_each: report.outputTokensMax ?? outputTokensAssumed,
    currency: 'USD',
    price_low: usd(range?.low),
    price_high: usd(range?.high),
    losses: report.translated.check?.losses ?? null,
    refused: report.translated.refusal ?? (report.translated.check?.accepted === false ? 'lossy' : null),
    problems: report.facts.problems,
    notes: report.notes,
  }
}

const count = (value: number) => value.toLocaleString('en-US')
const percent = (share: number) => `${Math.round(share * 100)} %`
