import { stringify } from "yaml";
import { printWhen } from "./expressions.ts";
import type { DefinitionLayout, StandIn } from "./stand-in.ts";
import { workloadObjects } from "./workloads.ts";

/** The rule by which all six charts name what they create. */
const HELPERS = `{{- define "fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride }}
{{- else if contains .Chart.Name .Release.Name -}}
{{ .Release.Name }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name }}
{{- end -}}
{{- end -}}
`;

/** The files of a stand-in chart, path inside the archive to text. */
export function chartFiles(standIn: StandIn, definitions: ReadonlyMap<string, string>): Map<string, string> {
  const { pin, appVersion, layout, values, workloads, objects = [] } = standIn;
  const templates = [...workloads.flatMap(workloadObjects), ...objects].map(({ when = [], manifest }) =>
    printWhen(when, manifest),
  );
  const files = new Map([
    ["Chart.yaml", stringify(chartYaml(standIn))],
    ["values.yaml", stringify(values)],
    ["templates/_helpers.tpl", HELPERS],
    ["templates/objects.yaml", templates.join("")],
    ...definitionFiles(layout, definitions, appVersion),
  ]);
  return new Map([...files].map(([path, text]) => [`${pin.name}/${path}`, text]));
}

function chartYaml({ pin, appVersion, layout }: StandIn): object {
  return {
    apiVersion: "v2",
    name: pin.name,
    version: pin.version,
    appVersion,
    description: `Stand-in for ${pin.name}: real custom resource definitions, workloads that do nothing`,
    ...(layout.kind === "crds-subchart"
      ? { dependencies: [{ name: "crds", version: "0.0.0", condition: layout.condition }] }
      : {}),
  };
}

/** Lays the definitions out as the real chart does. Files outside `templates/` are sent as they are, braces and all. */
function definitionFiles(
  layout: DefinitionLayout,
  definitions: ReadonlyMap<string, string>,
  appVersion: string,
): [string, string][] {
  const under = (folder: string) => [...definitions].map(([name, text]): [string, string] => [folder + name, text]);
  switch (layout.kind) {
    case "crds-folder":
      return under("crds/");
    case "crds-subchart": {
      const chart = { apiVersion: "v2", name: "crds", version: "0.0.0", appVersion };
      return [["charts/crds/Chart.yaml", stringify(chart)], ...under("charts/crds/crds/")];
    }
    case "templates":
      return [["templates/definitions.yaml", definitionsTemplate(layout)], ...under("definitions/")];
  }
}

function definitionsTemplate({ when, keep }: DefinitionLayout & { kind: "templates" }): string {
  const kept = typeof keep === "string" ? `$.Values.${keep}` : String(keep);
  return `{{- if .Values.${when} }}
{{- range $path, $_ := .Files.Glob "definitions/*.yaml" }}
{{- $definition := $.Files.Get $path | fromYaml }}
{{- if ${kept} }}
{{- $_ := set $definition.metadata.annotations "helm.sh/resource-policy" "keep" }}
{{- end }}
---
{{ toJson $definition }}
{{- end }}
{{- end }}
`;
}
