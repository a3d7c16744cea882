{{- /* The custom resource definitions of a chart that has them among its templates: (dict "chart" . "keep" true). */ -}}
{{- define "definitions" -}}
{{- range $path, $_ := .chart.Files.Glob "definitions/*.yaml" }}
{{- $definition := $.chart.Files.Get $path | fromYaml }}
{{- if $.keep }}
{{- $_ := set $definition.metadata.annotations "helm.sh/resource-policy" "keep" }}
{{- end }}
---
{{ toJson $definition }}
{{- end }}
{{- end -}}
