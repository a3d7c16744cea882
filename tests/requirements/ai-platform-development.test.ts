import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Recorded } from "../support/mocks";
import { object } from "../support/objects";
import { rawConfig, recordStack } from "../support/program";
import { cluster, NAMESPACE, STACK, workload } from "./web-platform";

/** What the example's README says to change for a small cluster. */
function changes(): string {
  const readme = readFileSync(join(__dirname, "../../examples/ai-platform/README.md"), "utf8");
  const [, block = ""] = /```yaml\n([^]*?)```/.exec(readme) ?? [];
  return JSON.stringify({ config: parse(block) as object });
}

let recorded: Recorded;
beforeAll(async () => {
  recorded = await recordStack(STACK, rawConfig(changes()).texts);
});

test("B3 the label environment follows the stack", () => {
  expect(object(recorded, "Namespace", NAMESPACE).metadata.labels["environment"]).toBe("development");
});

test("B30 there is one database server in development", () => {
  expect(cluster(recorded).spec.instances).toBe(1);
});

test("B41 and one Redis server", () => {
  expect(workload(recorded, "redis").spec.replicas).toBe(1);
});

test("B61 an authority of our own signs the certificate in development", () => {
  expect(object(recorded, "Certificate", "ai-platform-localhost-tls").spec["issuerRef"]).toMatchObject({
    kind: "ClusterIssuer",
    name: "internal",
  });
  expect(object(recorded, "ClusterIssuer", "internal").spec).toHaveProperty("ca");
});
