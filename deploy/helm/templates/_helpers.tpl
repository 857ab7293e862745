{{- define "pinhole.name" -}}
{{- if contains "pinhole" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-pinhole" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "pinhole.selector" -}}
app.kubernetes.io/name: pinhole
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pinhole.labels" -}}
{{ include "pinhole.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "pinhole.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "pinhole.config" -}}
{{- $own := dict "server" (dict "shutdown_grace" (printf "%vs" .Values.shutdownGrace)) "database" (dict "migrate" "never") }}
{{- mustMergeOverwrite (deepCopy .Values.config) $own | toYaml }}
{{- end }}

{{/* What both the gateways and the job that migrates have in common. */}}
{{- define "pinhole.container" -}}
image: {{ include "pinhole.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
envFrom:
  {{- range .Values.existingSecrets }}
  - secretRef: { name: {{ . }} }
  {{- end }}
env:
  - { name: PINHOLE_HOST, value: "::" }
  {{- with .Values.env }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "pinhole.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}
