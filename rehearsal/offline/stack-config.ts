import { parse } from "yaml";

/** The keys of a stack file as the engine hands them to the program. */
export interface StackConfig {
  /** By full key: text, structured values as JSON, encrypted ones as a word that names them. */
  readonly texts: Readonly<Record<string, string>>;
  /** Full keys whose values are encrypted in the file. */
  readonly secret: ReadonlySet<string>;
}

/**
 * Reads the text of a stack file without the engine. Nobody can decrypt without its passphrase, so an encrypted value is `decrypted-<name>`.
 * @throws Error where the text is no YAML
 */
export function stackConfig(text: string): StackConfig {
  const { config = {} } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  const secret = new Set(Object.keys(config).filter((key) => isEncrypted(config[key])));
  const asText = (key: string, value: unknown) => {
    if (secret.has(key)) return `decrypted-${key.split(":")[1] ?? ""}`;
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  return { texts: Object.fromEntries(Object.entries(config).map(([key, value]) => [key, asText(key, value)])), secret };
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}
