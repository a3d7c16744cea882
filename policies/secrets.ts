/**
 * Ends of setting names, in lower case and without separators, whose value is a secret. Not so `tokens` and `secretName`, nor the
 * tokens of language models: the time to the first, per output, at most.
 */
const SECRET_NAME =
  /(password|passwd|passphrase|requirepass|masterauth|(?<!first|output|max)token|apikey|accesskey|secretkey|privatekey|encryptionkey|signingkey|(client|shared|webhook|hmac|jwt|session|cookie)secret|credentials?)$/;

/** Shapes that are secrets under any name: private keys, vendor tokens, web tokens, URLs with a password. */
const SECRET_SHAPES = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  /\bhf_[A-Za-z0-9]{30,}\b/,
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/,
  /:\/\/[^/\s:@]*:(?!\$)[^/\s@]+@/,
];

/** Not a secret but where it comes from (a variable, a template expression, a path), a switch, or the next option. */
const NO_SECRET = /^(\$|\{\{|\/|--|(true|false|null|none)$)/i;

/** The ways a text sets something: `name: value` or `NAME=value` on a line, `--name value` anywhere, Redis directives. */
const ASSIGNMENTS = [
  /^[\s"']*([A-Za-z][\w.-]*)["']?[^\S\n]*[:=][^\S\n]*["']?([^\s"',;#]+)/gm,
  /(?:^|\s)--([A-Za-z][\w-]*)(?:=|\s+)["']?([^\s"']+)/g,
  /^\s*(requirepass|masterauth)\s+(\S+)/gm,
];

/** Whether a setting of this name and value gives a secret away. */
export function looksSecret(name: string, value: string): boolean {
  if (SECRET_SHAPES.some((shape) => shape.test(value))) return true;
  const content = value.trim();
  const plainName = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  return SECRET_NAME.test(plainName) && content !== "" && !NO_SECRET.test(content);
}

/** Whether a text, a configuration file or a command line for example, sets anything to a secret. */
export function assignsSecret(text: string): boolean {
  return ASSIGNMENTS.some((pattern) =>
    [...text.matchAll(pattern)].some(([, name = "", value = ""]) => looksSecret(name, value)),
  );
}
