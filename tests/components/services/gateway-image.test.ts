import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SiteArgs } from "../../../components/foundation";
import { Gateway } from "../../../components/services/gateway/gateway";
import { contentOf } from "../../../components/services/gateway/image";
import { gatewayKeys } from "../../../components/services/gateway/keys";
import { cluster, keysOf, recordPart } from "../../support/builders";
import type { Recorded } from "../../support/mocks";

const gateway = async (keys: object, args: Partial<SiteArgs> = {}) => {
  const { stack } = await recordPart(
    (site) => new Gateway("backend", { ...keysOf(gatewayKeys, keys), site, uses: [] }),
    args,
  );
  return stack;
};

function imageOf(stack: Recorded, kind: "Deployment" | "Job", name: string): string {
  const { inputs } = stack.get(name, kind);
  const { template } = (inputs as { spec: { template: { spec: { containers: { image: string }[] } } } }).spec;
  return template.spec.containers[0]?.image ?? "";
}

test("the image is the published one by default, from the mirror where there is one", async () => {
  const stack = await gateway({});
  expect(imageOf(stack, "Deployment", "backend")).toMatch(/^ghcr\.io\/ai-platform\/backend:\d/);
  expect(stack.ofType("Image")).toEqual([]);
  expect(
    imageOf(await gateway({}, { artifacts: { imageMirror: "r.example.com/m" } }), "Deployment", "backend"),
  ).toMatch(/^r\.example\.com\/m\/ai-platform\/backend:\d/);
});

test("it is built and pushed before anything runs it, when a repository is named", async () => {
  const stack = await gateway({ buildRepository: "registry.example.com/backend" });
  const image = stack.get("backend-image");
  expect(image.inputs).toMatchObject({
    build: { platform: "linux/amd64" },
    imageName: imageOf(stack, "Deployment", "backend"),
  });
  expect(imageOf(stack, "Job", "backend-migrations")).toBe(imageOf(stack, "Deployment", "backend"));
  expect(stack.get("backend-migrations", "Task").dependsOn).toContain(image.urn);
});

test("it is built for the processor that the stack file names", async () => {
  const keys = { buildRepository: "registry.example.com/backend" };
  const stack = await gateway(keys, { cluster: { ...cluster, architecture: "arm64" } });
  expect(stack.get("backend-image").inputs).toMatchObject({ build: { platform: "linux/arm64" } });
});

describe("its tag", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "backend-"));
    cpSync("apps/backend", folder, {
      recursive: true,
      filter: (path) => !/node_modules|\.venv|tests|bench/.test(path),
    });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  test("changes with every source of the image, a new one included", () => {
    const before = contentOf(folder);
    expect(contentOf(folder)).toBe(before);
    writeFileSync(join(folder, "src", "gateway", "new.py"), "");
    expect(contentOf(folder)).not.toBe(before);
  });

  test("does not change with anything else", () => {
    const before = contentOf(folder);
    writeFileSync(join(folder, "README.md"), "other words");
    expect(contentOf(folder)).toBe(before);
  });
});
