import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { exists } from "../files.ts";
import { reachable } from "./download.ts";
import { which } from "./path.ts";

/** Who answers the engine: the vendors' plugins, or this project's own under rehearsal/plugins. */
export type PluginSource = "official" | "stand-in";

/** A provider plugin that the program needs, at the version of its npm package. */
export interface ProviderPlugin {
  readonly name: "kubernetes" | "random" | "tls";
  readonly version: string;
}

const projectRoot = join(import.meta.dirname, "..", "..");
/** Where the engine downloads plugins from. */
const downloads = "https://get.pulumi.com";

/**
 * Official plugins when they are installed or can be downloaded, else the stand-ins.
 * `AI_PLATFORM_PLUGINS=official|stand-in` decides instead.
 * @param pulumi path of the Pulumi CLI; the official one has its language host beside it
 */
export async function plugins(pulumi: string): Promise<PluginSource> {
  const choice = process.env.AI_PLATFORM_PLUGINS;
  if (choice === "official" || choice === "stand-in") return choice;
  if (choice) throw new Error(`AI_PLATFORM_PLUGINS is "${choice}"; allowed are "official" and "stand-in".`);
  const host = await which("pulumi-language-nodejs", `${dirname(pulumi)}:${process.env.PATH ?? ""}`);
  if (host === undefined) return "stand-in";
  const home = process.env.PULUMI_HOME || join(homedir(), ".pulumi");
  const installed = await Promise.all(
    (await providerPlugins()).map(({ name, version }) => exists(join(home, "plugins", `resource-${name}-v${version}`))),
  );
  return installed.every(Boolean) || (await reachable(downloads)) ? "official" : "stand-in";
}

/** The provider plugins at the versions of the installed npm packages. */
export function providerPlugins(): Promise<ProviderPlugin[]> {
  return Promise.all(
    (["kubernetes", "random", "tls"] as const).map(async (name) => {
      const manifest = await readFile(join(projectRoot, "node_modules", "@pulumi", name, "package.json"), "utf8");
      return { name, version: (JSON.parse(manifest) as { version: string }).version.replace(/^v/, "") };
    }),
  );
}
