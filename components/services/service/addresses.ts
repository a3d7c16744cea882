import { parseReference, type Problem, type Stack, usedParts } from "../../foundation";
import type { ServiceKeys } from "./keys";

/** Variables that hold the address of a part which the service does not use: the network would drop the connections without a word. */
export function addressProblems({ environment, ...keys }: ServiceKeys, { parts }: Stack, name: string): Problem[] {
  const used = usedParts(keys).map(({ to }) => parseReference(to, (part) => parts.has(part)).part);
  return Object.entries(environment).flatMap(([variable, value]) => {
    const host = typeof value === "string" ? hostOf(value) : undefined;
    if (host === undefined || host === name || used.includes(host) || !parts.has(host)) return [];
    const text = `is ${JSON.stringify(value)}, but ${host} is not in uses, so the network lets nothing through to it.\n  Add it to uses.`;
    return [{ path: ["environment", variable], text }];
  });
}

/** The first part of a URL's host name: `cache` of `redis://user:password@cache.shop.svc:6379`. */
function hostOf(text: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)?([a-z0-9-]+)/i.exec(text)?.[1];
}
