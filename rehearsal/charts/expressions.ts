/**
 * Templates are built as objects and printed as JSON, which is YAML to Helm. An expression stands between the marks, so that
 * printing can take the quotes off a whole value; inside a longer string (a name) it stays text.
 */
const MARK = "§";

/** The release's full name, by the rule all charts share. */
export const fullname = "{{ include `fullname` . }}";
export const releaseName = "{{ .Release.Name }}";
export const namespace = "{{ .Release.Namespace }}";
export const appVersion = "{{ .Chart.AppVersion }}";

/** Reads a value path; an absent one is `null`. Keys are separated by dots. */
export function read(path: string): string {
  const keys = path.split(".").map((key) => `\`${key}\``);
  return `(dig ${keys.join(" ")} nil .Values.AsMap)`;
}

/** A whole JSON value, computed when Helm renders. */
export function expression(code: string): string {
  return `${MARK}{{ ${code} | toJson }}${MARK}`;
}

/** The value at a path, `null` when absent (the API server reads that as "not set"). */
export function value(path: string): string {
  return expression(read(path));
}

/** One of two JSON values, by whether the value at a path is set. */
export function either(path: string, set: unknown, unset: unknown): string {
  return `${MARK}{{ if ${read(path)} }}${print(set)}{{ else }}${print(unset)}{{ end }}${MARK}`;
}

/** Prints an object as a template. */
export function print(manifest: unknown): string {
  return JSON.stringify(manifest, null, 2).replaceAll(new RegExp(`"${MARK}(.*?)${MARK}"`, "g"), (_, code: string) =>
    String(JSON.parse(`"${code}"`)),
  );
}

/** Prints an object that exists only while the values at all paths are set. */
export function printWhen(paths: readonly string[], manifest: unknown): string {
  const text = `---\n${print(manifest)}\n`;
  return paths.length === 0 ? text : `{{- if and ${paths.map(read).join(" ")} }}\n${text}{{- end }}\n`;
}
