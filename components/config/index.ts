export { ConfigError } from "./errors";
export { type Config, loadConfig, parseConfig, secretOf } from "./load";
export type { RawConfig } from "./raw";
export { editorSchema, referencePage } from "./reference";
export { schema } from "./schema";
