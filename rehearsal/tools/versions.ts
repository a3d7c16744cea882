/** The first `1.2.3` in what a tool printed about itself; undefined when there is none. */
export function versionIn(text: string): string | undefined {
  return /(?<![\d.])v?(\d+\.\d+\.\d+)/.exec(text)?.[1];
}

/** Negative when a is older than b, 0 when equal, positive when newer. Both `1.2.3`. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (const index of [0, 1, 2]) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** New enough to stand in for the pinned version, and too old to have changed under us. */
export function accepts(range: { readonly version: string; readonly below: string }, found: string): boolean {
  return compareVersions(found, range.version) >= 0 && compareVersions(found, range.below) < 0;
}
