{{/* Prefix of all names. */}}
{{- define "flashback.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default "flashback" .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels by which Services and policies find pods: they never change. Takes (list CONTEXT COMPONENT). */}}
{{- define "flashback.selectorLabels" -}}
{{- $context := index . 0 -}}
app.kubernetes.io/name: {{ default $context.Chart.Name $context.Values.nameOverride }}
app.kubernetes.io/instance: {{ $context.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of every object. Takes (list CONTEXT COMPONENT). */}}
{{- define "flashback.labels" -}}
{{- $context := index . 0 -}}
{{ include "flashback.selectorLabels" . }}
app.kubernetes.io/part-of: flashback-ai-gateway
app.kubernetes.io/version: {{ $context.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $context.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $context.Chart.Name $context.Chart.Version | replace "+" "_" }}
{{- with $context.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels of pods: without the version of the chart, which alone is no reason to restart. Takes (list CONTEXT COMPONENT). */}}
{{- define "flashback.podLabels" -}}
{{- $context := index . 0 -}}
{{ include "flashback.selectorLabels" . }}
app.kubernetes.io/part-of: flashback-ai-gateway
{{- with $context.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- with (get $context.Values (index . 1)).podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "flashback.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{- end -}}
{{- end -}}
{{- end -}}

{{- define "flashback.operatorAccount" -}}
{{- default (ternary (printf "%s-operator" (include "flashback.fullname" .)) "default" .Values.operator.serviceAccount.create) .Values.operator.serviceAccount.name -}}
{{- end -}}

{{- define "flashback.gatewayAccount" -}}
{{- default (ternary (printf "%s-gateway" (include "flashback.fullname" .)) "default" .Values.gateway.serviceAccount.create) .Values.gateway.serviceAccount.name -}}
{{- end -}}

{{/* The Service of the gateways inside of the cluster, whatever is in front of it. */}}
{{- define "flashback.gatewayUrl" -}}
{{- printf "http://%s-gateway.%s.svc:%v" (include "flashback.fullname" .) .Release.Namespace .Values.gateway.service.port -}}
{{- end -}}

{{- define "flashback.publicBaseUrl" -}}
{{- default (printf "%s/v1" (include "flashback.gatewayUrl" .)) .Values.publicBaseUrl -}}
{{- end -}}

{{/* "true" where the operator looks at objects of the release's own namespace, and may write their Secrets. */}}
{{- define "flashback.servesOwnNamespace" -}}
{{- if or (has .Release.Namespace .Values.watchNamespaces) (and (not .Values.watchNamespaces) (eq .Values.rbac.secrets.mode "cluster")) -}}
{{- if ne .Values.rbac.secrets.mode "named" -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/* Where the ledger is: none, database or file. Refuses values that cannot work. */}}
{{- define "flashback.ledger" -}}
{{- with .Values.ledger -}}
{{- if not .enabled -}}none
{{- else if or .url .existingSecret -}}
{{- if and .url .existingSecret -}}
{{- fail "ledger.url and ledger.existingSecret both name a database: keep one of them" -}}
{{- end -}}
{{- if .persistence.enabled -}}
{{- fail "ledger.persistence is for the SQLite file of the operator, and ledger.url or ledger.existingSecret names a database: switch ledger.persistence.enabled off" -}}
{{- end -}}
database
{{- else -}}
{{- if and .persistence.enabled (gt (int $.Values.operator.replicas) 1) -}}
{{- fail "ledger.persistence needs operator.replicas=1, since one pod at a time may have the SQLite file. For two operators name a PostgreSQL database by ledger.existingSecret" -}}
{{- end -}}
file
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Parts of a pod that operator and gateway have alike. Takes (list CONTEXT COMPONENT). */}}
{{- define "flashback.placement" -}}
{{- $context := index . 0 -}}
{{- $values := get $context.Values (index . 1) -}}
{{- with $context.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml $context.Values.podSecurityContext | nindent 2 }}
  {{- if and (eq (index . 1) "operator") $context.Values.ledger.persistence.enabled (hasKey $context.Values.podSecurityContext "runAsUser") (not (hasKey $context.Values.podSecurityContext "fsGroup")) }}
  # Where the platform gives users, it gives groups for volumes as well.
  fsGroup: {{ $context.Values.podSecurityContext.runAsUser }}
  fsGroupChangePolicy: OnRootMismatch
  {{- end }}
enableServiceLinks: false
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
topologySpreadConstraints:
{{- if $values.topologySpreadConstraints }}
  {{- toYaml $values.topologySpreadConstraints | nindent 2 }}
{{- else }}
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "flashback.selectorLabels" (list $context (index $ 1)) | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
{{- end }}
{{- end }}
{{- end -}}
