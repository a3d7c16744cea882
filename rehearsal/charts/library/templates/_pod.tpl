{{- /* The whole pod of a workload in short form: its account, its placement, and a server's way to be `restricted`. */ -}}
{{- define "pod" -}}
{{- $pod := merge (dict) .pod (.placement | default dict) (dict "serviceAccountName" (include "account" .)) }}
{{- if not (hasKey $pod "securityContext") }}
{{- $_ := set $pod "securityContext" (include "restricted-pod" . | fromYaml) }}
{{- end }}
{{- range $pod.containers }}
{{- if not (hasKey . "securityContext") }}
{{- $_ := set . "securityContext" (include "restricted-container" $ | fromYaml) }}
{{- end }}
{{- end }}
{{- toJson $pod }}
{{- end -}}

{{- define "account" -}}
{{ .serviceAccount | default .name }}
{{- end -}}

{{- define "restricted-pod" -}}
runAsNonRoot: true
runAsUser: 65532
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "restricted-container" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}
