/**
 * Where traces go. Whoever has work to show begins a span and ends it; how spans are sampled, kept and sent is
 * known behind this seam alone.
 */
export interface Tracer {
  /** Begins a piece of work within the trace context given, or a trace of its own. */
  start(name: string, start?: SpanStart): Span
}

export interface OpenTracer {
  readonly tracer: Tracer
  /** Sends what is kept. Never rejects. */
  close(): Promise<void>
}

export interface Span {
  /** Its W3C `traceparent`: what is done in its name later, in another process too, is begun within it. Null where no traces are taken. */
  readonly context: string | null
  /** Whether anybody will see it: what nobody sees need not be put together. */
  readonly isSeen: boolean
  child(name: string, start?: Omit<SpanStart, 'parent'>): Span
  rename(name: string): void
  set(attributes: Attributes): void
  /** Nothing is added to an ended span. */
  end(end?: SpanEnd): void
}

export interface SpanStart {
  /** A `traceparent`; one that is malformed counts as none. */
  readonly parent?: string | null | undefined
  /** `server`: it answers a call from outside. `client`: it makes one. */
  readonly kind?: 'server' | 'client' | 'internal'
  /** Wall-clock milliseconds; now, where it is not given. */
  readonly at?: number
  readonly attributes?: Attributes
}

export interface SpanEnd {
  readonly at?: number
  /** Why it failed, in a word of ours. */
  readonly failed?: string
}

/** Ids, names, numbers: never what a client or a provider wrote. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

const NO_SPAN: Span = {
  context: null,
  isSeen: false,
  child: () => NO_SPAN,
  rename: () => {},
  set: () => {},
  end: () => {},
}

/** For an installation that sends no traces. */
export const noTracer: Tracer = { start: () => NO_SPAN }
