import type { ShardOutput, TenantStore } from '../../gateway/src/storage/tenant.ts'
import type { Dice } from './dice.ts'
import type { GatewayProcess } from './gateway-process.ts'
import { isInjected } from './injected.ts'
import type { Logbook } from './logbook.ts'
import { ACCOUNTS, type OrderPlan } from './orders.ts'
import type { Scheduler } from './scheduler.ts'
import type { Truth } from './truth.ts'
import type { Weather } from './weather.ts'

/** Without a reply after so long, a client asks again. */
const PATIENCE_MS = 10_000
const POLL_MS = 2_500

export interface ClientOrder {
  readonly order: OrderPlan
  readonly truth: Truth
  readonly scheduler: Scheduler
  readonly logbook: Logbook
  readonly weather: Weather
  readonly dice: Dice
  /** Any process that takes calls at the moment. */
  readonly connect: () => GatewayProcess | undefined
}

/**
 * Who sends one batch, asks for it until it has ended, and perhaps cancels or deletes it. Sees the gateway
 * as the handlers of the server show it, and holds it to what it was shown before.
 */
export class Client {
  readonly #around: ClientOrder
  #batch: string | undefined
  #deleted = false
  #done = false
  /** Of each custom_id, the line that was shown for it. */
  readonly #shown = new Map<string, string>()
  #sealedPrefix = ''

  constructor(around: ClientOrder) {
    this.#around = around
    const { scheduler, order } = around
    scheduler.after(order.submitAt, () => void this.#run())
  }

  /** Nothing is left to ask. */
  get isDone(): boolean {
    return this.#done
  }

  async #run(): Promise<void> {
    const { scheduler, order, logbook } = this.#around
    this.#batch = await this.#submit()
    logbook.line(`order ${order.number} is ${this.#batch}`)
    if (Number.isFinite(order.cancelAfter)) scheduler.after(order.cancelAfter, () => void this.#cancel())
    if (Number.isFinite(order.deleteAfter)) scheduler.after(order.deleteAfter, () => void this.#delete())
    else void this.#poll()
  }

  async #submit(): Promise<string> {
    const { order } = this.#around
    for (let tries = 0; ; tries += 1) {
      // Without a key, a create that is still under way cannot be told from the one that is sent after it.
      const patienceMs = order.idempotencyKey === null ? Number.POSITIVE_INFINITY : PATIENCE_MS
      const reply = await this.#ask((gateway) => gateway.submit(order, tries > 0), patienceMs)
      if (reply.kind === 'answer') return reply.value
      if (tries > 0) this.#around.logbook.mark('create sent again')
    }
  }

  async #cancel(): Promise<void> {
    const view = await this.#insist((tenant, id) => tenant.stop(id, 'cancel'))
    if (view?.state === 'running') this.#wrong('is running after a cancel')
  }

  async #delete(): Promise<void> {
    await this.#insist((tenant, id) => tenant.remove(id))
    this.#deleted = true
    const view = await this.#insist((tenant, id) => tenant.batch(id))
    if (view) this.#wrong('is there after it was deleted')
    this.#done = true
  }

  async #poll(): Promise<void> {
    for (;;) {
      const view = await this.#insist((tenant, id) => tenant.batch(id))
      await this.#tryAsAnother()
      // Gone: its retention is over, or the other half of this client has deleted it.
      if (!view) break
      const whole = await this.#read(view.shards)
      if (view.state !== 'ended') {
        await this.#rest(POLL_MS)
        continue
      }
      if (whole) this.#checkWhole()
      if (whole || this.#deleted) break
    }
    this.#done = true
  }

  /** Reads all there is; false where it could not be read to its end. */
  async #read(shards: number): Promise<boolean> {
    let prefix = ''
    let isPrefix = true
    for (let shard = 0; shard < shards; shard += 1) {
      const text = await this.#readShard(shard)
      if (text === undefined) return false
      this.#checkLines(text.lines)
      if (text.kind === 'lines') isPrefix = false
      if (isPrefix) prefix += text.lines
    }
    if (!prefix.startsWith(this.#sealedPrefix)) this.#wrong('changed the beginning of its output')
    this.#sealedPrefix = prefix
    return true
  }

  async #readShard(shard: number): Promise<{ kind: ShardOutput['kind']; lines: string } | undefined> {
    const { order } = this.#around
    const reply = await this.#ask(async (gateway) => {
      const output = await gateway.tenant(order.account).output(this.#id, shard)
      if (!output) return undefined
      if (output.kind === 'lines') return { kind: output.kind, lines: Buffer.from(output.lines).toString() }
      const bytes = await gateway.blobs.read(output.blob, 0, output.bytes)
      return { kind: output.kind, lines: bytes.toString() }
    })
    return reply.kind === 'answer' ? reply.value : undefined
  }

  #checkLines(text: string): void {
    let last = -1
    for (const line of text.split('\n')) {
      if (line === '') continue
      const { custom_id, index } = JSON.parse(line)
      const before = this.#shown.get(custom_id)
      if (before !== undefined && before !== line) this.#wrong(`shows another answer to ${custom_id}`)
      if (index <= last) this.#wrong('shows its answers out of order')
      last = index
      this.#shown.set(custom_id, line)
    }
  }

  #checkWhole(): void {
    const { order } = this.#around
    const indexes = this.#sealedPrefix
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).index)
    const wanted = order.items.map((_, index) => index)
    if (indexes.join() !== wanted.join()) this.#wrong(`ended with the answers ${indexes.join()}`)
  }

  /** What belongs to this account does not exist for any other. */
  async #tryAsAnother(): Promise<void> {
    const { order, dice } = this.#around
    if (!dice.chance(0.3)) return
    const other = ACCOUNTS.find((account) => account !== order.account) ?? ''
    const reply = await this.#ask(async (gateway) => {
      const tenant = gateway.tenant(other)
      const seen = [
        await tenant.batch(this.#id),
        await tenant.output(this.#id, 0),
        await tenant.stop(this.#id, 'cancel'),
      ].filter((found) => found !== undefined)
      return seen.length > 0 || (await tenant.remove(this.#id))
    })
    if (reply.kind === 'answer' && reply.value) this.#wrong(`was reached by ${other}`)
  }

  /** Asks until it is answered. */
  async #insist<Result>(use: (tenant: TenantStore, id: string) => Promise<Result>): Promise<Result> {
    const { order } = this.#around
    for (;;) {
      const reply = await this.#ask((gateway) => use(gateway.tenant(order.account), this.#id))
      if (reply.kind === 'answer') return reply.value
    }
  }

  async #ask<Result>(
    use: (gateway: GatewayProcess) => Promise<Result>,
    patienceMs = PATIENCE_MS,
  ): Promise<{ kind: 'answer'; value: Result } | { kind: 'unknown' }> {
    const { connect, dice, weather } = this.#around
    const gateway = connect()
    if (!gateway) {
      await this.#rest(500)
      return { kind: 'unknown' }
    }
    const answer = use(gateway).then(
      (value) => ({ kind: 'answer' as const, value }),
      (error: unknown) => {
        if (!isInjected(error) && !isGone(error)) this.#wrong(`met an error: ${(error as Error).stack}`)
        return { kind: 'unknown' as const }
      },
    )
    const unknown = (): { kind: 'unknown' } => ({ kind: 'unknown' })
    const broken = new Promise<void>((resolve) => {
      gateway.process.onDeath(resolve)
    })
    const impatient = Number.isFinite(patienceMs) ? [this.#rest(patienceMs).then(unknown)] : []
    const reply = await Promise.race([answer, broken.then(unknown), ...impatient])
    if (reply.kind === 'answer' && dice.chance(weather.lostReply())) return { kind: 'unknown' }
    if (reply.kind === 'unknown') await this.#rest(dice.between(50, 1_000))
    return reply
  }

  #rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#around.scheduler.after(ms, resolve)
    })
  }

  get #id(): string {
    if (this.#batch === undefined) throw new Error('the batch has no id yet')
    return this.#batch
  }

  #wrong(why: string): void {
    this.#around.logbook.violation(`order ${this.#around.order.number} (${this.#batch}) ${why}`)
  }
}

/** Its segment was purged between two calls. */
const isGone = (error: unknown): boolean => error instanceof Error && error.name === 'BlobMissing'
