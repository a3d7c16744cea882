{{- /* The rule by which these charts name what they create. */ -}}
{{- define "fullname" -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride }}
{{- else if contains .Chart.Name .Release.Name -}}
{{ .Release.Name }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name }}
{{- end -}}
{{- end -}}

{{- /* What most charts let the values say about where pods run, from the section of the values that is given. */ -}}
{{- define "placement" -}}
{{ pick . "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" "priorityClassName" | toJson }}
{{- end -}}

{{- /* The annotations of an object that an operator creates on a real cluster, where the chart does not. */ -}}
{{- define "made-by-operator" -}}
{ rehearsal.ai-platform/made-by: operator }
{{- end -}}
