import type { z } from 'zod'
import type { KeyRole } from '../../storage/operator.ts'
import type { ErrorCode } from '../errors.ts'

/** One endpoint as the document describes it. */
export interface Operation {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** With its variables in braces: `/v1/batches/{id}`. */
  readonly path: string
  /** Unique; generated clients name their functions after it. */
  readonly id: string
  readonly tag: Tag
  readonly summary: string
  readonly description?: string
  /** Whose key it takes; `anyone`: none is needed. */
  readonly opens: KeyRole | 'anyone'
  readonly query?: z.ZodObject
  readonly headers?: z.ZodObject
  readonly body?: OperationBody
  /** Of a call that succeeded. */
  readonly answers: Readonly<Record<number, OperationAnswer>>
  /** What it can be refused with, beyond what every call can. */
  readonly errors: readonly ErrorCode[]
}

export type Tag =
  | 'Batches'
  | 'Calls'
  | 'Files'
  | 'Uploads'
  | 'Models'
  | 'Webhooks'
  | 'Operators'
  | 'Probes'
  | 'Reference'

export interface OperationBody {
  readonly mediaType: 'application/json' | 'multipart/form-data'
  readonly schema: z.ZodType
}

export interface OperationAnswer {
  readonly description: string
  /** Of the JSON, where there is JSON. */
  readonly schema?: z.ZodType
  /** Of what is no JSON. */
  readonly mediaType?: string
}
