import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { platform } from "../catalog";
import type { Once, Part, Site } from "../foundation";

type Catalogue = typeof platform;

/** The keys of each once-per-cluster part; absent where the stack file leaves it out. */
export type PlatformKeys = { readonly [Name in keyof Catalogue]?: z.infer<Catalogue[Name]["keys"]> | undefined };

/** The parts that are installed. */
export type Installed = { readonly [Name in keyof Catalogue]?: ReturnType<Catalogue[Name]["create"]> };

/** Makes what the cluster gets once, in the order of the catalogue, each with those before it. */
export function install(keys: PlatformKeys, site: Site, opts: pulumi.ComponentResourceOptions): Installed {
  const installed: Record<string, Part> = {};
  for (const [name, { create }] of Object.entries<Once>(platform)) {
    const own = keys[name as keyof Catalogue];
    if (own !== undefined) installed[name] = create(name, { ...own, site }, { ...installed }, opts);
  }
  return installed;
}
