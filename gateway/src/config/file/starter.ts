/** A file to start from: it is valid as it is, and what is commented out is too. */
export const starterFile = (schema: string): string => `# yaml-language-server: $schema=${schema}
#
# The configuration of Sheepfold. Everything has a default; what is commented out is an example.
#   sheepfold config check    finds everything that is wrong with it
#   sheepfold config show     prints what holds, with the defaults filled in
#   kill -HUP <server>        has a running server take it over

# server:
#   host: 127.0.0.1
#   port: 8787
#   data: .sheepfold             # relative to the folder of this file

# Where models are run, each under one key. A key has no place in a file: name the variable that holds it.
providers:
  openai:
    api_key_env: OPENAI_API_KEY
  # anthropic:
  #   protocol: anthropic
  #   api_key_env: ANTHROPIC_API_KEY
  # gemini:
  #   protocol: gemini
  #   api_key_env: GEMINI_API_KEY
  # deepseek:
  #   protocol: deepseek
  #   api_key_env: DEEPSEEK_API_KEY
  # seoul:                         # vLLM, SGLang, every server that speaks OpenAI's API
  #   protocol: compatible
  #   base_url: http://10.0.0.7:8000/v1
  #   api_key_env: VLLM_KEY

# Which model runs where. Several of one model share its requests by weight, and stand in for each other.
deployments:
  - id: openai/batch-4.1
    model: batch-4.1
    provider: openai
    # weight: 3
    # limits:
    #   concurrency_max: 500
    #   requests_per_minute: 10000
    #   tokens_per_minute: 30000000
  # - id: anthropic/batch-pro
  #   model: batch-pro
  #   provider: anthropic
  # - id: seoul/batch-4.1
  #   model: batch-4.1
  #   provider: seoul
  #   provider_model: my-finetune
  #   region: ap-northeast-2
  #   weight: 1

# Models beside those that Sheepfold brings, sold in USD per million tokens.
# models:
#   my-model:
#     provider_model: my-finetune
#     list_price: { input: 4.00, output: 12.00 }
#     batch_price: { input: 1.00, output: 3.00 }

# What providers take, in USD per million tokens.
# costs:
#   my-finetune:
#     list: { input: 0.50, cached_input: 0.10, output: 1.50 }

# What \`task\` in a batch names.
# presets:
#   invoice:
#     system: Read the invoice.
#     options: { temperature: 0 }
#     answer_schema:
#       type: object
#       properties: { total: { type: number } }
#       required: [total]
#       additionalProperties: false

# limits:
#   items_max: 1000
#   retention_days: 30
`
