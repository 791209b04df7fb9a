{{- define "onwatch.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The selector of pods, which must not change over upgrades. Arguments: (dict "root" $ "component" "catalog"). */}}
{{- define "onwatch.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "onwatch.labels" -}}
{{ include "onwatch.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: onwatch
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "onwatch.image" -}}
{{ .root.Values.image.prefix }}/{{ .component }}:{{ default .root.Chart.AppVersion .root.Values.image.tag }}
{{- end -}}

{{- define "onwatch.port" -}}
{{- get (dict "gateway" 8000 "catalog" 8001 "aggregator" 8002 "dashboard" 8003 "detector" 8004) .component -}}
{{- end -}}

{{- define "onwatch.secretName" -}}
{{- default (printf "%s-secrets" (include "onwatch.fullname" .)) .Values.secrets.existing -}}
{{- end -}}

{{- define "onwatch.mediaClaim" -}}
{{- default (printf "%s-media" (include "onwatch.fullname" .)) .Values.media.existingClaim -}}
{{- end -}}

{{/* The Secret that the chart creates; its keys depend on whether the servers are bundled. */}}
{{- define "onwatch.secretData" -}}
{{- $secrets := .Values.secrets -}}
{{- $how := "or name a Secret that has it in secrets.existing" -}}
{{- if .Values.bundled.enabled -}}
rabbitmq-password: {{ required (printf "secrets.rabbitmqPassword is empty: give it, %s" $how) $secrets.rabbitmqPassword | quote }}
redis-password: {{ required (printf "secrets.redisPassword is empty: give it, %s" $how) $secrets.redisPassword | quote }}
postgresql-password: {{ required (printf "secrets.postgresqlPassword is empty: give it, %s" $how) $secrets.postgresqlPassword | quote }}
{{- else -}}
bus-url: {{ required (printf "secrets.busUrl is empty and bundled.enabled is false: give it, %s" $how) $secrets.busUrl | quote }}
redis-url: {{ required (printf "secrets.redisUrl is empty and bundled.enabled is false: give it, %s" $how) $secrets.redisUrl | quote }}
catalog-database-url: {{ required (printf "secrets.catalogDatabaseUrl is empty and bundled.enabled is false: give it, %s" $how) $secrets.catalogDatabaseUrl | quote }}
aggregator-database-url: {{ required (printf "secrets.aggregatorDatabaseUrl is empty and bundled.enabled is false: give it, %s" $how) $secrets.aggregatorDatabaseUrl | quote }}
{{- end }}
{{- end -}}

{{/* One variable from the Secret. Arguments: root, variable, key and, for hooks that run before it exists, secret. */}}
{{- define "onwatch.fromSecret" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ default (include "onwatch.secretName" .root) .secret }}
      key: {{ .key }}
{{- end -}}

{{/* The database URL of a service that has a database. */}}
{{- define "onwatch.databaseEnv" -}}
{{- $variable := printf "ONWATCH_%s_DATABASE_URL" (upper .component) -}}
{{- if .root.Values.bundled.enabled -}}
{{ include "onwatch.fromSecret" (merge (dict "variable" "POSTGRESQL_PASSWORD" "key" "postgresql-password") .) }}
- name: {{ $variable }}
  value: postgresql+psycopg://onwatch:$(POSTGRESQL_PASSWORD)@{{ include "onwatch.fullname" .root }}-postgresql:5432/onwatch
{{- else -}}
{{ include "onwatch.fromSecret" (merge (dict "variable" $variable "key" (printf "%s-database-url" .component)) .) }}
{{- end -}}
{{- end -}}

{{- define "onwatch.busEnv" -}}
{{- $variable := printf "ONWATCH_%s_BUS_URL" (upper .component) -}}
{{- if .root.Values.bundled.enabled -}}
{{ include "onwatch.fromSecret" (merge (dict "variable" "RABBITMQ_PASSWORD" "key" "rabbitmq-password") .) }}
- name: {{ $variable }}
  value: amqp://onwatch:$(RABBITMQ_PASSWORD)@{{ include "onwatch.fullname" .root }}-rabbitmq:5672/
{{- else -}}
{{ include "onwatch.fromSecret" (merge (dict "variable" $variable "key" "bus-url") .) }}
{{- end -}}
{{- end -}}

{{- define "onwatch.redisEnv" -}}
{{- $variable := printf "ONWATCH_%s_REDIS_URL" (upper .component) -}}
{{- if .root.Values.bundled.enabled -}}
{{ include "onwatch.fromSecret" (merge (dict "variable" "REDIS_PASSWORD" "key" "redis-password") .) }}
- name: {{ $variable }}
  value: redis://:$(REDIS_PASSWORD)@{{ include "onwatch.fullname" .root }}-redis:6379/0
{{- else -}}
{{ include "onwatch.fromSecret" (merge (dict "variable" $variable "key" "redis-url") .) }}
{{- end -}}
{{- end -}}

{{- define "onwatch.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .user }}
runAsGroup: {{ .group }}
fsGroup: {{ .group }}
# Not again at each start: it takes long on many files, and RabbitMQ refuses a cookie that is readable by its group.
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "onwatch.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
