import type { z } from 'zod'
import { isObject, shown } from '../../intake/faults.ts'
import type { FaultAt, Path } from './fault.ts'
import { didYouMean } from './nearest.ts'

type Issue = z.core.$ZodIssue
type RawIssue = Parameters<z.core.$ZodErrorMap>[0]

/** What is wrong, in our words; where a schema has words of its own, they win. */
export const words: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'unrecognized_keys':
      return namesOf(issue).join(SEPARATOR)
    case 'invalid_type':
      return `must be ${KINDS[kindOf(issue)] ?? issue.expected}${got(issue.input)}`
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(', ')}${got(issue.input)}${meant(issue)}`
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be ${least(issue)}${got(issue.input)}`
    case 'too_big':
      return `must be at most ${issue.maximum}${got(issue.input)}`
    default:
      return undefined
  }
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  safeint: 'a whole number',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map of names and values',
  record: 'a map of names and values',
  array: 'a list',
}

/** A text where a whole number belongs is not called "no number" first and "not whole" after that. */
const kindOf = ({ expected, inst }: RawIssue & { expected: string }): string => {
  const def: unknown = inst?._zod.def
  return isObject(def) && def.format === 'safeint' ? 'safeint' : expected
}

/** No name holds a line feed that is not escaped. */
const SEPARATOR = '\n'

const namesOf = ({ inst }: RawIssue): string[] => {
  const def: unknown = inst?._zod.def
  return isObject(def) && isObject(def.shape) ? Object.keys(def.shape) : []
}

const got = (input: unknown): string => (input === undefined ? ', and is missing' : `, got ${shown(input)}`)

const meant = ({ input, values }: { input?: unknown; values: ReadonlyArray<unknown> }): string => {
  const hint = typeof input === 'string' ? didYouMean(input, values.map(String)) : ''
  return hint === '' ? '' : `.${hint}`
}

const least = (issue: { minimum: unknown; inclusive?: boolean | undefined; origin: string }): string => {
  const { minimum, inclusive, origin } = issue
  const kind = origin === 'array' ? 'a list of ' : ''
  return inclusive ? `${kind}at least ${minimum}` : `more than ${minimum}`
}

/** One fault for each thing that is wrong: of two unknown names, each has its own. */
export const faultsOf = (issue: Issue, above: Path = []): FaultAt[] => {
  const path = [...above, ...issue.path.map(partOf)]
  if (issue.code === 'unrecognized_keys') {
    const names = issue.message.split(SEPARATOR)
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownName(key, names), isName: true }))
  }
  if (issue.code === 'invalid_key') return [{ path, message: issue.message, isName: true }]
  const inner = issue.code === 'invalid_union' ? meantBranch(issue) : undefined
  return inner?.flatMap((each) => faultsOf(each, path)) ?? [{ path, message: issue.message }]
}

const unknownName = (key: string, names: readonly string[]): string =>
  `does not exist.${didYouMean(key, names)} There are ${names.join(', ')}`

/** Of the things that a value may be, the one that it was meant as: whose faults lie inside of it. */
const meantBranch = ({ errors }: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined =>
  errors.find((issues) => issues.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'))

const partOf = (part: PropertyKey): string | number => (typeof part === 'symbol' ? String(part) : part)
