/** What the stand-ins for plugins made from Terraform providers (random, tls) have in common. */
export { bridge } from "./provider.ts";
export * from "./resource.ts";
