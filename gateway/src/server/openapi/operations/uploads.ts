import type { Operation } from '../operation.ts'
import { completedUpload, newUpload, partForm, upload, uploadPart } from '../schemas/files.ts'
import { FORM_ERRORS, JSON_BODY_ERRORS } from './errors.ts'

export const uploadOperations: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/uploads',
    id: 'createUpload',
    tag: 'Uploads',
    summary: 'Begin a file that comes in parts',
    opens: 'client',
    body: { mediaType: 'application/json', schema: newUpload },
    answers: { 200: { description: 'The upload.', schema: upload } },
    errors: [...JSON_BODY_ERRORS, 'invalid_file_format'],
  },
  {
    method: 'post',
    path: '/v1/uploads/{id}/parts',
    id: 'addUploadPart',
    tag: 'Uploads',
    summary: 'Send a part, of up to 64 MiB',
    opens: 'client',
    body: { mediaType: 'multipart/form-data', schema: partForm },
    answers: { 200: { description: 'The part.', schema: uploadPart } },
    errors: [...FORM_ERRORS, 'not_found', 'upload_not_pending'],
  },
  {
    method: 'post',
    path: '/v1/uploads/{id}/complete',
    id: 'completeUpload',
    tag: 'Uploads',
    summary: 'Put the parts together',
    opens: 'client',
    body: { mediaType: 'application/json', schema: completedUpload },
    answers: { 200: { description: 'The upload, with its file.', schema: upload } },
    errors: [...JSON_BODY_ERRORS, 'not_found', 'upload_not_pending', 'file_too_large', 'disk_full'],
  },
  {
    method: 'post',
    path: '/v1/uploads/{id}/cancel',
    id: 'cancelUpload',
    tag: 'Uploads',
    summary: 'Give an upload up',
    opens: 'client',
    answers: { 200: { description: 'The upload.', schema: upload } },
    errors: ['not_found', 'upload_not_pending'],
  },
]
