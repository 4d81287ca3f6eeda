import { z } from 'zod'
import type { Operation } from '../operation.ts'
import { page } from '../schemas/common.ts'
import { deletedFile, file, fileForm, files } from '../schemas/files.ts'
import { FORM_ERRORS } from './errors.ts'

const bytes = { description: 'The bytes of the file.', mediaType: 'application/octet-stream' }

export const fileOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/files',
    id: 'createFile',
    tag: 'Files',
    summary: 'Upload a file',
    opens: 'client',
    body: { mediaType: 'multipart/form-data', schema: fileForm },
    answers: { 200: { description: 'The file.', schema: file } },
    errors: [...FORM_ERRORS, 'invalid_file_format'],
  },
  {
    method: 'get',
    path: '/v1/files',
    id: 'listFiles',
    tag: 'Files',
    summary: 'Files of the account',
    opens: 'client',
    query: z.object({
      ...page(10_000, 10_000),
      order: z.enum(['asc', 'desc']).default('desc').optional(),
      purpose: z.string().optional(),
    }),
    answers: { 200: { description: 'A page.', schema: files } },
    errors: ['invalid_value'],
  },
  {
    method: 'get',
    path: '/v1/files/{id}',
    id: 'getFile',
    tag: 'Files',
    summary: 'One file',
    opens: 'client',
    answers: { 200: { description: 'The file.', schema: file } },
    errors: ['not_found'],
  },
  {
    method: 'get',
    path: '/v1/files/{id}/content',
    id: 'getFileContent',
    tag: 'Files',
    summary: 'The bytes of a file',
    description: 'The output file of a running batch already has the answers of its first finished shards.',
    opens: 'client',
    headers: z.object({ Range: z.string().optional().describe('bytes=FROM-TO') }),
    answers: { 200: bytes, 206: { ...bytes, description: 'The part that was asked for.' } },
    errors: ['not_found', 'range_not_satisfiable'],
  },
  {
    method: 'delete',
    path: '/v1/files/{id}',
    id: 'deleteFile',
    tag: 'Files',
    summary: 'Delete a file',
    opens: 'client',
    answers: { 200: { description: 'It is gone.', schema: deletedFile } },
    errors: ['not_found'],
  },
]
