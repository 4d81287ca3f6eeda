import { z } from 'zod'

/**
 * What `npm audit --json` knows of the packages that are shipped, and which of it is excepted. An exception
 * names its reason and its last day, so that none outlives what it was made for.
 */

const exceptionsSchema = z.array(
  z.strictObject({
    /** As in the advisory's address: GHSA-… */
    id: z.string().regex(/^GHSA(-[0-9a-z]{4}){3}$/),
    reason: z.string().min(20),
    until: z.iso.date(),
  }),
)

export type Exceptions = z.output<typeof exceptionsSchema>

export const readExceptions = (text: string): Exceptions => exceptionsSchema.parse(JSON.parse(text))

const advisory = z.object({ url: z.string(), severity: z.string(), title: z.string(), name: z.string() })
const report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), advisory])) })),
})

/** The same advisories, or what npm says instead of them: that nobody answered. */
export type Audit =
  | { readonly kind: 'report'; readonly advisories: ReadonlyArray<z.output<typeof advisory>> }
  | { readonly kind: 'unreachable'; readonly why: string }

export const readAudit = (stdout: string): Audit => {
  const json: unknown = JSON.parse(stdout)
  const found = report.safeParse(json)
  if (found.success) {
    const all = Object.values(found.data.vulnerabilities).flatMap(({ via }) => via)
    return { kind: 'report', advisories: all.filter((each) => typeof each !== 'string') }
  }
  const { message } = z.object({ message: z.string() }).parse(json)
  return { kind: 'unreachable', why: message }
}

const SERIOUS: ReadonlySet<string> = new Set(['high', 'critical'])

/** A line for each advisory that must be acted on, and for each exception that excepts nothing. */
export const complaints = (
  advisories: Extract<Audit, { kind: 'report' }>['advisories'],
  exceptions: Exceptions,
  today: string,
): string[] => {
  const serious = new Map(
    advisories
      .filter(({ severity }) => SERIOUS.has(severity))
      .map((each) => [each.url.split('/').at(-1) ?? each.url, each]),
  )
  const excepted = new Set(exceptions.filter(({ until }) => today <= until).map(({ id }) => id))
  return [
    ...[...serious]
      .filter(([id]) => !excepted.has(id))
      .map(([id, { name, severity, title }]) => `${id} (${severity}) of ${name}: ${title}`),
    ...exceptions.filter(({ id }) => !serious.has(id)).map(({ id }) => `the exception ${id} is not needed`),
  ]
}
