/** A property path: object keys as text, list indices as numbers, `*` for any. */
export type Path = readonly (string | number)[];

/** `spec.containers[1].image`, `metadata.annotations["example.com/key"]`; `[*]` and `*` match anything. */
export function parsePath(text: string): Path {
  const segments: (string | number)[] = [];
  for (const match of text.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|\[\*\]|([^.[\]]+)/g)) {
    const [whole, quoted, index, plain] = match;
    if (quoted !== undefined) segments.push(quoted.replaceAll('\\"', '"'));
    else if (index !== undefined) segments.push(Number(index));
    else segments.push(whole === "[*]" ? "*" : (plain ?? ""));
  }
  return segments;
}

export function formatPath(path: Path): string {
  return path
    .map((segment, i) => {
      if (typeof segment === "number") return `[${segment}]`;
      if (/[.[\]"]/.test(segment)) return `[${JSON.stringify(segment)}]`;
      return i === 0 ? segment : `.${segment}`;
    })
    .join("");
}

/** `path` is `pattern` or lies below it. */
export function isWithin(path: Path, pattern: Path): boolean {
  return pattern.every((segment, i) => i < path.length && (segment === "*" || segment === path[i]));
}
