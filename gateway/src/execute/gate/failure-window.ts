/** Counts what happened in the last 30 seconds, in ten slots that are overwritten in turn. */
const SLOTS = 10
const SLOT_MS = 3_000

export class FailureWindow {
  private readonly well = new Uint32Array(SLOTS)
  private readonly ill = new Uint32Array(SLOTS)
  private slot = 0

  add(kind: 'well' | 'ill', now: number): void {
    this.move(now)
    const counts = kind === 'well' ? this.well : this.ill
    const index = this.slot % SLOTS
    counts[index] = (counts[index] ?? 0) + 1
  }

  counts(now: number): { well: number; ill: number } {
    this.move(now)
    return { well: sum(this.well), ill: sum(this.ill) }
  }

  clear(): void {
    this.well.fill(0)
    this.ill.fill(0)
  }

  private move(now: number): void {
    const slot = Math.floor(now / SLOT_MS)
    const passed = Math.min(SLOTS, slot - this.slot)
    for (let i = 0; i < passed; i += 1) {
      this.well[(slot - i) % SLOTS] = 0
      this.ill[(slot - i) % SLOTS] = 0
    }
    this.slot = Math.max(slot, this.slot)
  }
}

const sum = (counts: Uint32Array): number => {
  let total = 0
  for (const count of counts) total += count
  return total
}
