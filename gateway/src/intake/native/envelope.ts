import type { Presets } from '../../config/presets.ts'
import type { WebhookOrder } from '../../storage/webhooks.ts'
import type { Lossy } from '../../translate/loss.ts'
import { clipped, isObject, type Problem, shown, unknownField } from '../faults.ts'
import type { SplitDocument } from '../json/array-splitter.ts'
import type { IntakeLimits } from '../limits.ts'
import { lossyOf, lossyProblem } from '../lossy.ts'
import { metadataProblem } from '../metadata.ts'
import { readBatchWebhook, type WebhookContext, type WebhookReading } from '../webhook.ts'
import { mergeOptions, OPTION_NAMES, optionsProblem } from './options.ts'
import { type NativeTemplate, systemMessage } from './template.ts'
import { readWindow } from './window.ts'

export type NativeForm = 'input' | 'tasks'

/** Why a model cannot be used, as its catalogue or the key's limits say. */
export interface ModelProblem {
  readonly code: string
  readonly message: string
}

/** All that a body says beside its requests. */
export interface Envelope {
  readonly form: NativeForm
  readonly model: string
  readonly task: string | null
  readonly template: NativeTemplate
  readonly metadata: Readonly<Record<string, string>>
  readonly windowSeconds: number
  /** Told of this batch alone. */
  readonly webhook: WebhookOrder | null
  /** Undefined where the body does not say. */
  readonly lossy: Lossy | undefined
}

interface EnvelopeProblem {
  readonly code: string
  readonly message: string
  readonly field: string
}

export type EnvelopeReading =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'problem'; readonly problem: EnvelopeProblem }

export interface EnvelopeContext {
  readonly presets: Presets
  readonly allowedModels: (model: string) => ModelProblem | undefined
  readonly limits: IntakeLimits
  readonly webhooks: WebhookContext
}

const FIELDS = [
  'model',
  'input',
  'tasks',
  'task',
  'options',
  'system',
  'metadata',
  'window_seconds',
  'completion_window',
  'webhook',
  'lossy',
]

/** Checks in this order, so that the same body is always refused for the same reason. */
export const readEnvelope = (document: SplitDocument, context: EnvelopeContext): EnvelopeReading => {
  const { fields } = document
  const problem =
    fieldFaultProblem(document) ??
    unknownProblem(document.keys) ??
    listProblem(document) ??
    modelProblem(fields.get('model'), context) ??
    taskProblem(fields.get('task'), context.presets) ??
    givenProblem(fields.get('options'), (options) => optionsProblem(options, 'options')) ??
    givenProblem(fields.get('system'), systemProblem) ??
    givenProblem(fields.get('metadata'), (metadata) => metadataProblem(metadata, context.limits)) ??
    givenProblem(fields.get('lossy'), lossyProblem)
  if (problem) return { kind: 'problem', problem }
  const window = readWindow(fields, context.limits)
  if (window.kind === 'problem') return window
  const webhook = webhookOf(fields.get('webhook'), context.webhooks)
  if (webhook?.kind === 'problem') return webhook
  const envelope = checkedEnvelope(document, context, window.seconds)
  return { kind: 'envelope', envelope: { ...envelope, webhook: webhook?.webhook ?? null } }
}

const checkedEnvelope = (
  document: SplitDocument,
  context: EnvelopeContext,
  windowSeconds: number,
): Omit<Envelope, 'webhook'> => {
  const { fields } = document
  const task = fields.get('task')
  const system = fields.get('system')
  const preset = typeof task === 'string' ? context.presets[task] : undefined
  const systems = [preset?.system, typeof system === 'string' ? system : ''].filter((text) => text)
  return {
    form: document.counts.has('input') ? 'input' : 'tasks',
    model: String(fields.get('model')),
    task: typeof task === 'string' ? task : null,
    template: {
      systemMessages: systems.map((text) => systemMessage(text ?? '')).join(','),
      options: mergeOptions(preset?.options ?? {}, objectOf(fields.get('options'))),
    },
    metadata: stringsOf(fields.get('metadata')),
    windowSeconds,
    lossy: lossyOf(fields.get('lossy')),
  }
}

const webhookOf = (value: unknown, context: WebhookContext): WebhookReading<WebhookOrder> | undefined =>
  value == null ? undefined : readBatchWebhook(value, context)

/** An optional field that is null counts as not given. */
const givenProblem = (value: unknown, check: (value: unknown) => Problem | undefined): Problem | undefined =>
  value == null ? undefined : check(value)

const fieldFaultProblem = ({ fieldFault }: SplitDocument): Problem | undefined => {
  if (!fieldFault) return undefined
  const field = clipped(fieldFault.field)
  return { code: fieldFault.code, message: `"${field}": ${fieldFault.message}`, field }
}

const unknownProblem = (keys: readonly string[]): Problem | undefined => {
  const unknown = keys.find((key) => !FIELDS.includes(key))
  if (unknown === undefined) return undefined
  const isOption = OPTION_NAMES.includes(unknown) || unknown === 'stream'
  return unknownField(unknown, FIELDS, isOption ? '; sampling parameters go into "options"' : '')
}

const listProblem = (document: SplitDocument): Problem | undefined => {
  const given = document.keys.filter((key) => key === 'input' || key === 'tasks')
  const [list] = given
  if (list === undefined) {
    const message =
      'the requests are missing: give "input" (a list of messages) or "tasks" (a list of prompts)'
    return { code: 'missing_field', message, field: 'input' }
  }
  if (given.length > 1) {
    const message = 'a batch has "input" or "tasks", not both'
    return { code: 'conflicting_fields', message, field: given[1] ?? list }
  }
  const count = document.counts.get(list)
  if (count === undefined) {
    const message = `"${list}" must be a list with one element for each request, got ${shown(document.fields.get(list))}`
    return { code: 'invalid_type', message, field: list }
  }
  if (count > 0) return undefined
  return { code: 'empty_list', message: `"${list}" must have at least one element`, field: list }
}

const modelProblem = (model: unknown, context: EnvelopeContext): EnvelopeProblem | undefined => {
  if (model === undefined) {
    return {
      code: 'missing_field',
      message: '"model" is missing: it names the model that answers',
      field: 'model',
    }
  }
  if (typeof model !== 'string' || model === '') {
    return { code: 'invalid_type', message: `"model" must be a name, got ${shown(model)}`, field: 'model' }
  }
  const problem = context.allowedModels(model)
  return problem && { code: problem.code, message: problem.message, field: 'model' }
}

const taskProblem = (task: unknown, presets: Presets): Problem | undefined => {
  if (task == null || (typeof task === 'string' && Object.hasOwn(presets, task))) return undefined
  const allowed = Object.keys(presets).join(', ')
  const message = `"task" must name a preset of this installation (${allowed}), got ${shown(task)}`
  return { code: typeof task === 'string' ? 'unknown_task' : 'invalid_type', message, field: 'task' }
}

const systemProblem = (system: unknown): Problem | undefined => {
  if (typeof system === 'string') return undefined
  return { code: 'invalid_type', message: `"system" must be a string, got ${shown(system)}`, field: 'system' }
}

const objectOf = (value: unknown): Record<string, unknown> => (isObject(value) ? value : {})

/** `Object.fromEntries` defines its keys: one called `__proto__` is a key like any other. */
const stringsOf = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(objectOf(value)).map(([key, text]) => [key, String(text)]))
