import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface ChartOptions {
  readonly version?: string;
  /** Further files of the chart, or other contents for its usual ones. */
  readonly files?: Readonly<Record<string, string>>;
}

const WIDGETS = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Cluster
  names: { kind: Widget, plural: widgets, singular: widget }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;

const FILES = {
  "values.yaml": 'greeting: hello\ncolour: red\nreplicas: 1\nfails: "false"\n',
  "templates/settings.yaml": `
apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}-settings" }
data: { greeting: {{ .Values.greeting | quote }}, colour: {{ .Values.colour | quote }} }
`,
  "templates/server.yaml": `
apiVersion: apps/v1
kind: Deployment
metadata: { name: "{{ .Release.Name }}", namespace: "{{ .Release.Namespace }}" }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: "{{ .Release.Name }}" } }
  template:
    metadata: { labels: { app: "{{ .Release.Name }}", rehearsal.ai-platform/fails: {{ .Values.fails | quote }} } }
    spec: { containers: [{ name: server, image: "example.com/server:1" }] }
`,
};

/** Writes a small chart into `folder` and returns that folder. */
export async function writeChart(
  folder: string,
  { version = "1.2.3", files = {} }: ChartOptions = {},
): Promise<string> {
  const chart = `apiVersion: v2\nname: tiny\nversion: ${version}\nappVersion: "9"\n`;
  for (const [path, content] of Object.entries({ "Chart.yaml": chart, ...FILES, ...files })) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

export const widgets: Readonly<Record<string, string>> = { "crds/widgets.yaml": WIDGETS };
