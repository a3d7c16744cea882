import { createRequire } from "node:module";

export type { ChartPin } from "../../components/foundation/pins.ts";

/**
 * The program's own chart pins. `require` and not `import`: the program is a CommonJS package, and Node warns on every
 * start when it has to guess the type of an imported file there.
 */
export const pins = (
  createRequire(import.meta.url)("../../components/versions.ts") as typeof import("../../components/versions.ts")
).charts;
