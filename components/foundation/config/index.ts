export { ConfigError } from "./errors";
export { editorSchema, referencePage } from "./reference";
export { loadConfig, parseConfig, secretConfig } from "./load";
export { type Config, schema, secretKeys } from "./schema";
