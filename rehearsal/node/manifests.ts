import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Addresses } from "../cluster/addresses.ts";
import { attempt, run } from "../process.ts";
import { pauseImage, placement } from "./configuration.ts";
import type { Importable } from "./images.ts";

/** A new policy acts in a second. In milliseconds. */
const actsWithin = 30_000;

interface ManifestOptions {
  readonly kubectl: string;
  readonly kubeconfig: string;
  readonly addresses: Addresses;
  readonly images: readonly Importable[];
}

/** Tells the cluster which pods the real node runs, and gives it names of Services. */
export async function applyManifests({ kubectl, kubeconfig, addresses, images }: ManifestOptions): Promise<void> {
  const apply = ["--kubeconfig", kubeconfig, "apply", "--server-side", "--force-conflicts"];
  const items = [imageList(images), dnsService(addresses)];
  await run(kubectl, [...apply, "-f", "-"], { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
  await run(kubectl, [...apply, "-f", join(import.meta.dirname, "manifests")]);
  await placementActs(kubectl, kubeconfig);
}

/** A policy acts a moment after it was made: until then a pod would go to a simulated node, for good. */
async function placementActs(kubectl: string, kubeconfig: string): Promise<void> {
  const spec = { containers: [{ name: "pause", image: pauseImage }], automountServiceAccountToken: false };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "rehearsal-placement", namespace: "default" }, spec };
  const dryRun = ["--kubeconfig", kubeconfig, "create", "--dry-run=server", "-o", "jsonpath={.spec.nodeSelector}"];
  const deadline = Date.now() + actsWithin;
  for (;;) {
    const { stdout, stderr } = await attempt(kubectl, [...dryRun, "-f", "-"], { input: JSON.stringify(pod) });
    if (stdout.includes(placement.key)) return;
    if (Date.now() > deadline) throw new Error(`The policy rehearsal-placement does not act: ${stderr || stdout}`);
    await sleep(100);
  }
}

function imageList(images: readonly Importable[]) {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "rehearsal-images", namespace: "kube-system" },
    data: { images: images.map(({ reference }) => reference).join("\n") },
  };
}

function dnsService({ dns }: Addresses) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kube-dns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
    spec: {
      clusterIP: dns,
      selector: { "k8s-app": "kube-dns" },
      ports: [
        { name: "dns", port: 53, protocol: "UDP", targetPort: "dns" },
        { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: "dns-tcp" },
      ],
    },
  };
}
