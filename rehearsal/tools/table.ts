/** Every program the rehearsal needs, with its exact version: the only place with a tool's version. */

/** A machine in Go's words. */
export interface Platform {
  readonly os: "linux" | "darwin";
  readonly arch: "amd64" | "arm64";
}

/** An official release: one file or archive, and the page that holds its SHA-256. */
export interface Release {
  readonly url: string;
  /** `<sha256>  <file>` lines, a bare hash, or a GitHub release in JSON. */
  readonly checksums: string;
  /** Folder inside the archive that holds the programs; absent when the file is the program itself. */
  readonly folder?: string;
}

export interface Tool {
  readonly name: string;
  readonly version: string;
  /** The first version that is not taken from PATH: the next one allowed to break us. */
  readonly below: string;
  /** Arguments that make it print its version; absent where it cannot, and then only the cache's own copy is taken. */
  readonly asksVersion?: readonly string[];
  /** Folder under `modules/` whose go.mod pins it. */
  readonly module: string;
  readonly package: string;
  /** Link-time variables; unstamped programs report 0.0.0 and version checks fail. */
  readonly stamps: readonly string[];
  /** Where it can be built, when not everywhere. */
  readonly onlyOn?: Platform["os"];
  /** Undefined where the vendor publishes none for that platform. */
  readonly release: (platform: Platform) => Release | undefined;
}

// renovate: datasource=go depName=k8s.io/kubernetes
const kubernetes = "1.36.3";
// renovate: datasource=go depName=go.etcd.io/etcd/server/v3
const etcd = "3.7.1";
// renovate: datasource=go depName=sigs.k8s.io/kwok
const kwok = "0.8.0";
// renovate: datasource=go depName=helm.sh/helm/v3
const helm = "3.19.0";
// renovate: datasource=go depName=github.com/pulumi/pulumi/pkg/v3
const pulumi = "3.259.0";
// renovate: datasource=go depName=github.com/llm-d/llm-d-inference-sim
const inferenceSimulator = "0.10.2";
// renovate: datasource=go depName=github.com/coredns/coredns
const coredns = "1.15.0";

const kubernetesStamps = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((variables) => [
  `${variables}.gitVersion=v${kubernetes}`,
  `${variables}.gitMajor=${kubernetes.split(".")[0]}`,
  `${variables}.gitMinor=${kubernetes.split(".")[1]}`,
  `${variables}.gitTreeState=clean`,
]);

function kubernetesTool(name: string, asksVersion: readonly string[], publishedFor: readonly string[]): Tool {
  return {
    name,
    version: kubernetes,
    below: "1.37.0",
    asksVersion,
    module: "kubernetes",
    package: `k8s.io/kubernetes/cmd/${name}`,
    stamps: kubernetesStamps,
    release: ({ os, arch }) => {
      const url = `https://dl.k8s.io/v${kubernetes}/bin/${os}/${arch}/${name}`;
      return publishedFor.includes(os) ? { url, checksums: `${url}.sha256` } : undefined;
    },
  };
}

function kwokTool(name: string): Tool {
  return {
    name,
    version: kwok,
    below: "0.9.0",
    asksVersion: ["--version"],
    module: "kwok",
    package: `sigs.k8s.io/kwok/cmd/${name}`,
    stamps: [],
    release: ({ os, arch }) => ({
      url: `https://github.com/kubernetes-sigs/kwok/releases/download/v${kwok}/${name}-${os}-${arch}`,
      checksums: `https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags/v${kwok}`,
    }),
  };
}

const etcdTool: Tool = {
  name: "etcd",
  version: etcd,
  below: "4.0.0",
  asksVersion: ["--version"],
  module: "etcd",
  package: "go.etcd.io/etcd/server/v3",
  stamps: [],
  release: ({ os, arch }) => {
    const releases = `https://github.com/etcd-io/etcd/releases/download/v${etcd}`;
    const folder = `etcd-v${etcd}-${os}-${arch}`;
    return {
      url: `${releases}/${folder}.${os === "darwin" ? "zip" : "tar.gz"}`,
      checksums: `${releases}/SHA256SUMS`,
      folder,
    };
  },
};

const helmTool: Tool = {
  name: "helm",
  version: helm,
  below: "4.0.0",
  asksVersion: ["version", "--template", "{{.Version}}"],
  module: "helm",
  package: "helm.sh/helm/v3/cmd/helm",
  stamps: [`helm.sh/helm/v3/internal/version.version=v${helm}`],
  release: ({ os, arch }) => {
    const url = `https://get.helm.sh/helm-v${helm}-${os}-${arch}.tar.gz`;
    return { url, checksums: `${url}.sha256sum`, folder: `${os}-${arch}` };
  },
};

const pulumiTool: Tool = {
  name: "pulumi",
  version: pulumi,
  below: "4.0.0",
  asksVersion: ["version"],
  module: "pulumi",
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  stamps: [`github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${pulumi}`],
  release: ({ os, arch }) => ({
    url: `https://get.pulumi.com/releases/sdk/pulumi-v${pulumi}-${os}-${arch === "amd64" ? "x64" : arch}.tar.gz`,
    checksums: `https://get.pulumi.com/releases/sdk/pulumi-${pulumi}-checksums.txt`,
    folder: "pulumi",
  }),
};

/** An engine that speaks vLLM's API with made-up words. */
const inferenceSimulatorTool: Tool = {
  name: "llm-d-inference-sim",
  version: inferenceSimulator,
  below: "0.11.0",
  module: "inference-sim",
  package: "github.com/llm-d/llm-d-inference-sim/cmd/llm-d-inference-sim",
  stamps: [],
  release: () => undefined,
};

const corednsTool: Tool = {
  name: "coredns",
  version: coredns,
  below: "2.0.0",
  asksVersion: ["-version"],
  module: "coredns",
  package: "github.com/coredns/coredns",
  stamps: [],
  release: ({ os, arch }) => {
    const url = `https://github.com/coredns/coredns/releases/download/v${coredns}/coredns_${coredns}_${os}_${arch}.tgz`;
    return { url, checksums: `${url}.sha256`, folder: "." };
  },
};

export const tools = {
  etcd: etcdTool,
  "kube-apiserver": kubernetesTool("kube-apiserver", ["--version"], ["linux"]),
  "kube-controller-manager": kubernetesTool("kube-controller-manager", ["--version"], ["linux"]),
  "kube-scheduler": kubernetesTool("kube-scheduler", ["--version"], ["linux"]),
  kubectl: kubernetesTool("kubectl", ["version", "--client"], ["linux", "darwin"]),
  kwok: kwokTool("kwok"),
  kwokctl: kwokTool("kwokctl"),
  helm: helmTool,
  pulumi: pulumiTool,
  "llm-d-inference-sim": inferenceSimulatorTool,
  kubelet: { ...kubernetesTool("kubelet", ["--version"], ["linux"]), onlyOn: "linux" },
  "kube-proxy": { ...kubernetesTool("kube-proxy", ["--version"], ["linux"]), onlyOn: "linux" },
  coredns: corednsTool,
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

/** This machine, or an error that says which machines can run the rehearsal. */
export function thisPlatform(): Platform {
  const arch = { x64: "amd64", arm64: "arm64" }[process.arch as string] as Platform["arch"] | undefined;
  const os = process.platform;
  if ((os !== "linux" && os !== "darwin") || arch === undefined) {
    throw new Error(
      `The rehearsal runs on Linux and macOS on x64 and arm64; this machine is ${os} on ${process.arch}.\n` +
        "  Use a real cluster instead: make up KUBECONFIG=<file>.",
    );
  }
  return { os, arch };
}
