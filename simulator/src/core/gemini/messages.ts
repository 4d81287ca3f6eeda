import {
  anything,
  bool,
  bytes,
  enumOf,
  type Field,
  float,
  int32,
  int64,
  listOf,
  type Message,
  mapOf,
  messageOf,
  string,
  struct,
} from './proto/field.ts'

const blob = messageOf('Blob', () => ({ mimeType: string, data: bytes, displayName: string }))
const fileData = messageOf('FileData', () => ({ mimeType: string, fileUri: string, displayName: string }))
const functionCall = messageOf('FunctionCall', () => ({ id: string, name: string, args: struct }))

const functionResponse = messageOf('FunctionResponse', () => ({
  id: string,
  name: string,
  response: struct,
  parts: listOf(messageOf('FunctionResponsePart', () => ({ inlineData: blob, fileData }))),
  scheduling: string,
  willContinue: bool,
}))

/** The one of these that a part has is what it is. */
const partData: Readonly<Record<string, Field>> = {
  text: string,
  inlineData: blob,
  fileData,
  functionCall,
  functionResponse,
  executableCode: messageOf('ExecutableCode', () => ({ id: string, language: string, code: string })),
  codeExecutionResult: messageOf('CodeExecutionResult', () => ({
    id: string,
    outcome: string,
    output: string,
  })),
}

export const partDataNames = Object.keys(partData)

const part = messageOf('Part', () => ({
  ...partData,
  thought: bool,
  thoughtSignature: bytes,
  videoMetadata: struct,
  partMetadata: struct,
  mediaResolution: struct,
}))

const content = messageOf('Content', () => ({ role: string, parts: listOf(part) }))

/** The part of OpenAPI's schemas that Gemini knows; JSON Schema has fields of its own. */
const schema: Message = messageOf('Schema', () => ({
  type: enumOf('Type', 'TYPE_UNSPECIFIED STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL'),
  format: string,
  title: string,
  description: string,
  nullable: bool,
  enum: listOf(string),
  items: schema,
  maxItems: int64,
  minItems: int64,
  properties: mapOf(schema),
  required: listOf(string),
  minProperties: int64,
  maxProperties: int64,
  minimum: float,
  maximum: float,
  minLength: int64,
  maxLength: int64,
  pattern: string,
  example: anything,
  anyOf: listOf(schema),
  propertyOrdering: listOf(string),
  default: anything,
}))

const functionDeclaration = messageOf('FunctionDeclaration', () => ({
  name: string,
  description: string,
  behavior: string,
  parameters: schema,
  parametersJsonSchema: anything,
  response: schema,
  responseJsonSchema: anything,
}))

const tool = messageOf('Tool', () => ({
  functionDeclarations: listOf(functionDeclaration),
  googleSearch: struct,
  googleSearchRetrieval: struct,
  googleMaps: struct,
  codeExecution: struct,
  urlContext: struct,
  computerUse: struct,
  fileSearch: struct,
}))

const toolConfig = messageOf('ToolConfig', () => ({
  functionCallingConfig: messageOf('FunctionCallingConfig', () => ({
    mode: enumOf('FunctionCallingConfig.Mode', 'MODE_UNSPECIFIED AUTO ANY NONE VALIDATED'),
    allowedFunctionNames: listOf(string),
  })),
  retrievalConfig: struct,
}))

const safetySetting = messageOf('SafetySetting', () => ({
  category: enumOf(
    'HarmCategory',
    'HARM_CATEGORY_UNSPECIFIED HARM_CATEGORY_HARASSMENT HARM_CATEGORY_HATE_SPEECH HARM_CATEGORY_SEXUALLY_EXPLICIT HARM_CATEGORY_DANGEROUS_CONTENT HARM_CATEGORY_CIVIC_INTEGRITY',
  ),
  threshold: enumOf(
    'SafetySetting.HarmBlockThreshold',
    'HARM_BLOCK_THRESHOLD_UNSPECIFIED BLOCK_LOW_AND_ABOVE BLOCK_MEDIUM_AND_ABOVE BLOCK_ONLY_HIGH BLOCK_NONE OFF',
  ),
}))

const thinkingConfig = messageOf('ThinkingConfig', () => ({
  includeThoughts: bool,
  thinkingBudget: int32,
  thinkingLevel: enumOf('ThinkingConfig.ThinkingLevel', 'THINKING_LEVEL_UNSPECIFIED MINIMAL LOW MEDIUM HIGH'),
}))

const generationConfig = messageOf('GenerationConfig', () => ({
  temperature: float,
  topP: float,
  topK: int32,
  candidateCount: int32,
  maxOutputTokens: int32,
  stopSequences: listOf(string),
  seed: int32,
  presencePenalty: float,
  frequencyPenalty: float,
  responseLogprobs: bool,
  logprobs: int32,
  responseMimeType: string,
  responseSchema: schema,
  responseJsonSchema: anything,
  responseModalities: listOf(enumOf('GenerationConfig.Modality', 'MODALITY_UNSPECIFIED TEXT IMAGE AUDIO')),
  mediaResolution: enumOf(
    'GenerationConfig.MediaResolution',
    'MEDIA_RESOLUTION_UNSPECIFIED MEDIA_RESOLUTION_LOW MEDIA_RESOLUTION_MEDIUM MEDIA_RESOLUTION_HIGH',
  ),
  speechConfig: struct,
  imageConfig: struct,
  thinkingConfig,
  enableEnhancedCivicAnswers: bool,
}))

export const generateContentRequest = messageOf('GenerateContentRequest', () => ({
  model: string,
  contents: listOf(content),
  systemInstruction: content,
  tools: listOf(tool),
  toolConfig,
  safetySettings: listOf(safetySetting),
  generationConfig,
  cachedContent: string,
  serviceTier: string,
  store: bool,
  labels: mapOf(string),
}))

export const countTokensRequest = messageOf('CountTokensRequest', () => ({
  contents: listOf(content),
  generateContentRequest,
}))

export const embedContentRequest = messageOf('EmbedContentRequest', () => ({
  model: string,
  content,
  taskType: enumOf(
    'TaskType',
    'TASK_TYPE_UNSPECIFIED RETRIEVAL_QUERY RETRIEVAL_DOCUMENT SEMANTIC_SIMILARITY CLASSIFICATION CLUSTERING QUESTION_ANSWERING FACT_VERIFICATION CODE_RETRIEVAL_QUERY',
  ),
  title: string,
  outputDimensionality: int32,
}))

export const batchEmbedContentsRequest = messageOf('BatchEmbedContentsRequest', () => ({
  requests: listOf(embedContentRequest),
}))
