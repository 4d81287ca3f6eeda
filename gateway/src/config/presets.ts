/** What `task` in a batch's body names: a system prompt and options that its requests begin with. */
export interface Preset {
  readonly description: string
  /** Comes before a client's own `system`; empty where the task needs none. */
  readonly system: string
  /** Of lowest priority: the batch's options, then a request's own, replace them one by one. */
  readonly options: Readonly<Record<string, unknown>>
}

export type Presets = Readonly<Record<string, Preset>>

export const DEFAULT_PRESETS: Presets = {
  document_analysis: {
    description: 'Reads one document and reports what it is, what it says and what follows from it.',
    system:
      'You analyse one document at a time. Say what kind of document it is and what it is about, list its key ' +
      'points, then name people, organisations, dates and amounts that matter, and any risk, obligation or ' +
      'open question. Use only what the document says; where it is silent, say so. Answer in the language of ' +
      'the document.',
    options: { temperature: 0.2 },
  },
  classification: {
    description: 'Puts one text into exactly one class and answers with its label alone.',
    system:
      'You classify one text at a time. Answer with exactly one label and nothing else: no explanation, no ' +
      'punctuation. If the request names the possible labels, choose among them and copy the label letter by ' +
      'letter. If it names none, give the shortest label that fits.',
    options: { temperature: 0 },
  },
  summarization: {
    description: 'Shortens one text without adding to it.',
    system:
      'You summarise one text at a time. Keep its main points, its figures and its names, in the order in ' +
      'which they matter; add nothing that it does not say and give no opinion. Use at most five sentences ' +
      'unless asked otherwise. Answer in the language of the text.',
    options: { temperature: 0.3 },
  },
  extraction: {
    description: 'Takes facts out of one text and answers with one JSON object.',
    system:
      'You extract facts from one text at a time. Answer with one JSON object and nothing else. If the request ' +
      'names the fields, use exactly those; otherwise choose short English snake_case names. Copy values as ' +
      'they stand in the text; a value that is not there is null.',
    options: { temperature: 0, response_format: { type: 'json_object' } },
  },
}
