import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { onPath, which } from "../../rehearsal/tools/path.ts";
import { plugins, providerPlugins } from "../../rehearsal/tools/plugins.ts";
import { type Tool, tools } from "../../rehearsal/tools/table.ts";
import { accepts, compareVersions, versionIn } from "../../rehearsal/tools/versions.ts";
import { scratch } from "./scratch.ts";

let folder: string;
scratch((made) => {
  folder = made;
  process.env.AI_PLATFORM_CACHE = join(folder, "cache");
});

describe("versions", () => {
  test.each([
    ["etcd Version: 3.7.1\nGit SHA: Not provided\nGo Version: go1.26.8", "3.7.1"],
    ["Kubernetes v1.36.3", "1.36.3"],
    ["Client Version: v1.32.4-dispatcher\nKustomize Version: v5.5.0", "1.32.4"],
    ["kwok version v0.8.0 go1.26.8 (linux/amd64)", "0.8.0"],
    ["v3.19.0", "3.19.0"],
    ["no version here, only 1.2", undefined],
  ])("the version in %j is %s", (text, version) => {
    expect(versionIn(text)).toBe(version);
  });

  test("versions compare as numbers, not as text", () => {
    expect(compareVersions("3.9.0", "3.10.0")).toBeLessThan(0);
    expect(compareVersions("1.36.3", "1.36.3")).toBe(0);
    expect(compareVersions("4.0.0", "3.99.9")).toBeGreaterThan(0);
  });

  test.each([
    ["3.259.0", true],
    ["3.300.1", true],
    ["3.258.9", false],
    ["4.0.0", false],
  ])("Pulumi %s on PATH is taken: %s", (found, taken) => {
    expect(accepts({ version: "3.259.0", below: "4.0.0" }, found)).toBe(taken);
  });
});

describe("the table", () => {
  test.each(Object.values<Tool>(tools))("$name has the version that its Go module pins", async (tool) => {
    const module = await readFile(join("rehearsal", "tools", "modules", tool.module, "go.mod"), "utf8");
    const pins = [...module.matchAll(/^\s*(?:require )?([\w./-]+) v([\d.]+)(?: \/\/.*)?$/gm)];
    const pin = pins.find(([, path]) => tool.package === path || tool.package.startsWith(`${path}/`));
    expect(pin?.[2]).toBe(tool.version);
  });

  const isPublished = ({ name }: Tool) => name !== "llm-d-inference-sim";

  test.each(Object.values<Tool>(tools).filter(isPublished))(
    "$name is published for Linux with checksums",
    ({ release, version }) => {
      const published = release({ os: "linux", arch: "arm64" });
      expect(published?.url).toContain(version);
      expect(published?.checksums).toMatch(/^https:/);
    },
  );

  test("a tool that cannot say its version is not taken from PATH", async () => {
    await writeFile(join(folder, "llm-d-inference-sim"), "#!/bin/sh\necho 0.10.2\n");
    await chmod(join(folder, "llm-d-inference-sim"), 0o755);
    expect(await onPath(tools["llm-d-inference-sim"], folder)).toBeUndefined();
  });
});

describe("tools on PATH", () => {
  async function fakeTool(version: string): Promise<void> {
    await writeFile(join(folder, "helm"), `#!/bin/sh\necho v${version}\n`);
    await chmod(join(folder, "helm"), 0o755);
  }

  test("a new enough tool is taken", async () => {
    await fakeTool("3.21.0");
    expect(await onPath(tools.helm, folder)).toEqual({ path: join(folder, "helm"), version: "3.21.0" });
  });

  test("an older tool is not", async () => {
    await fakeTool("3.18.4");
    expect(await onPath(tools.helm, folder)).toBeUndefined();
  });

  test("a tool that does not run is not", async () => {
    await writeFile(join(folder, "helm"), "#!/bin/sh\nexit 1\n");
    await chmod(join(folder, "helm"), 0o755);
    expect(await onPath(tools.helm, folder)).toBeUndefined();
  });

  test("a tool is asked for its version once, and again when it has changed", async () => {
    await writeFile(join(folder, "helm"), `#!/bin/sh\necho asked >> ${folder}/log\necho v3.21.0\n`);
    await chmod(join(folder, "helm"), 0o755);
    await onPath(tools.helm, folder);
    await onPath(tools.helm, folder);
    expect(await readFile(join(folder, "log"), "utf8")).toBe("asked\n");
    await fakeTool("3.22.0");
    expect((await onPath(tools.helm, folder))?.version).toBe("3.22.0");
  });

  test("a file that cannot be executed is passed over", async () => {
    await writeFile(join(folder, "helm"), "");
    expect(await which("helm", folder)).toBeUndefined();
  });
});

describe("plugins", () => {
  test("AI_PLATFORM_PLUGINS decides", async () => {
    process.env.AI_PLATFORM_PLUGINS = "official";
    expect(await plugins("/nowhere/pulumi")).toBe("official");
  });

  test("another value is an error that names the allowed ones", async () => {
    process.env.AI_PLATFORM_PLUGINS = "yes";
    await expect(plugins("/nowhere/pulumi")).rejects.toThrow('allowed are "official" and "stand-in"');
  });

  test("without the official language host the stand-ins run", async () => {
    delete process.env.AI_PLATFORM_PLUGINS;
    process.env.PATH = folder;
    expect(await plugins("/nowhere/pulumi")).toBe("stand-in");
  });

  test("installed official plugins run", async () => {
    delete process.env.AI_PLATFORM_PLUGINS;
    process.env.PULUMI_HOME = folder;
    const host = join(await empty("bin"), "pulumi-language-nodejs");
    await writeFile(host, "");
    await chmod(host, 0o755);
    for (const { name, version } of await providerPlugins()) await empty(`plugins/resource-${name}-v${version}`);
    expect(await plugins(join(folder, "bin", "pulumi"))).toBe("official");
  });
});

async function empty(name: string): Promise<string> {
  await mkdir(join(folder, name), { recursive: true });
  return join(folder, name);
}
