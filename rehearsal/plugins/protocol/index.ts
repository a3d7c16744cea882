/** What a plugin is written with. */
export * from "./properties.ts";
export * from "./provider.ts";
export * from "./secrecy.ts";
export { serve } from "./serve.ts";
export { textOf } from "./text.ts";
