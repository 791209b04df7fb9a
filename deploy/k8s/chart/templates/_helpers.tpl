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
{{- $image := printf "%s/%s" .root.Values.image.prefix .component -}}
{{- with get .root.Values.image.digests .component -}}
{{ $image }}@{{ . }}
{{- else -}}
{{ $image }}:{{ default .root.Chart.AppVersion .root.Values.image.tag }}
{{- end -}}
{{- end -}}

{{- define "onwatch.port" -}}
{{- get (dict "gateway" 8000 "catalog" 8001 "aggregator" 8002 "dashboard" 8003 "detector" 8004) .component -}}
{{- end -}}

{{/* The port of health and metrics. The image sets it, so that a pod of an older image gets no setting that it refuses. */}}
{{- define "onwatch.opsPort" -}}
{{- get (dict "gateway" 9000 "catalog" 9001 "aggregator" 9002 "dashboard" 9003 "detector" 9004) .component -}}
{{- end -}}

{{/* Whom the gateway's status asks: a headless Service of each component, which has an address for each pod. */}}
{{- define "onwatch.opsUrls" -}}
{{- $urls := list -}}
{{- range $component := list "gateway" "catalog" "aggregator" "dashboard" "detector" -}}
{{- $name := ternary $component (printf "%s-ops" $component) (eq $component "detector") -}}
{{- $urls = append $urls (printf "http://%s-%s:%s" (include "onwatch.fullname" $) $name (include "onwatch.opsPort" (dict "component" $component))) -}}
{{- end -}}
{{- join "," $urls -}}
{{- end -}}

{{- define "onwatch.secretName" -}}
{{- default (printf "%s-secrets" (include "onwatch.fullname" .)) .Values.secrets.existing -}}
{{- end -}}

{{/* Whether all that reads videos has to be on the node of their volume. */}}
{{- define "onwatch.isOnOneNode" -}}
{{- and (eq .Values.media.s3.url "") (eq .Values.media.accessMode "ReadWriteOnce") -}}
{{- end -}}

{{/* Not settings of all pods: one of an older image that starts again during an upgrade would refuse them. */}}
{{- define "onwatch.s3Env" -}}
{{- $s3 := .root.Values.media.s3 -}}
- name: ONWATCH_MEDIA_URL
  value: {{ $s3.url | quote }}
{{- if eq .component "catalog" }}
{{- include "onwatch.publicStoreEnv" .root | nindent 0 }}
{{- end }}
- name: ONWATCH_{{ upper .component }}_MEDIA_CACHE_DIR
  value: /media
- name: AWS_REGION
  value: {{ $s3.region | quote }}
{{- with $s3.endpoint }}
- name: AWS_ENDPOINT_URL
  value: {{ . | quote }}
{{- if hasPrefix "http://" . }}
- name: AWS_ALLOW_HTTP
  value: "true"
{{- end }}
{{- end }}
{{- end -}}

{{/* The catalog sends browsers to the store, and the page may play from there. */}}
{{- define "onwatch.publicStoreEnv" -}}
{{- with .Values.media.s3.publicUrl -}}
- name: ONWATCH_MEDIA_PUBLIC_URL
  value: {{ . | quote }}
{{- end -}}
{{- end -}}

{{- define "onwatch.mediaClaim" -}}
{{- default (printf "%s-media" (include "onwatch.fullname" .)) .Values.media.existingClaim -}}
{{- end -}}

{{/* The Secret that the chart creates; its keys depend on whether the servers are bundled. */}}
{{- define "onwatch.secretData" -}}
{{- $secrets := .Values.secrets -}}
{{- $how := "or name a Secret that has it in secrets.existing" -}}
{{- if .Values.bundled.enabled -}}
rabbitmq-password: {{ include "onwatch.password" (dict "root" . "key" "rabbitmq-password" "value" $secrets.rabbitmqPassword "name" "rabbitmqPassword") | quote }}
redis-password: {{ include "onwatch.password" (dict "root" . "key" "redis-password" "value" $secrets.redisPassword "name" "redisPassword") | quote }}
postgresql-password: {{ include "onwatch.password" (dict "root" . "key" "postgresql-password" "value" $secrets.postgresqlPassword "name" "postgresqlPassword") | quote }}
{{- else -}}
bus-url: {{ required (printf "secrets.busUrl is empty and bundled.enabled is false: give it, %s" $how) $secrets.busUrl | quote }}
redis-url: {{ required (printf "secrets.redisUrl is empty and bundled.enabled is false: give it, %s" $how) $secrets.redisUrl | quote }}
catalog-database-url: {{ required (printf "secrets.catalogDatabaseUrl is empty and bundled.enabled is false: give it, %s" $how) $secrets.catalogDatabaseUrl | quote }}
aggregator-database-url: {{ required (printf "secrets.aggregatorDatabaseUrl is empty and bundled.enabled is false: give it, %s" $how) $secrets.aggregatorDatabaseUrl | quote }}
{{- end }}
{{- if or $secrets.adminPassword $secrets.generate }}
admin-password: {{ include "onwatch.password" (dict "root" . "key" "admin-password" "value" $secrets.adminPassword) | quote }}
{{- end }}
{{- with $secrets.oidcClientSecret }}
oidc-client-secret: {{ . | quote }}
{{- end }}
{{- with $secrets.mqttPassword }}
mqtt-password: {{ . | quote }}
{{- end }}
{{- if or $secrets.serviceSecret $secrets.generate }}
service-secret: {{ include "onwatch.password" (dict "root" . "key" "service-secret" "value" $secrets.serviceSecret) | quote }}
{{- end }}
{{- end -}}

{{/*
A password: the given one, else, with secrets.generate, the one that the Secret in the cluster has, else a new one.
Arguments: root, key, value, name (of the value).
*/}}
{{- define "onwatch.password" -}}
{{- if .value -}}
{{- .value -}}
{{- else if .root.Values.secrets.generate -}}
{{- $there := lookup "v1" "Secret" .root.Release.Namespace (include "onwatch.secretName" .root) -}}
{{- $kept := get (default (dict) (get (default (dict) $there) "data")) .key -}}
{{- if $kept }}{{ b64dec $kept }}{{ else }}{{ randAlphaNum 32 }}{{ end -}}
{{- else -}}
{{- fail (printf "secrets.%s is empty: give it, or name a Secret that has it in secrets.existing" .name) -}}
{{- end -}}
{{- end -}}

{{/*
One variable from the Secret. Arguments: root, variable, key; for hooks that run before it exists, secret; and optional,
when the Secret may lack the key.
*/}}
{{- define "onwatch.fromSecret" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ default (include "onwatch.secretName" .root) .secret }}
      key: {{ .key }}
      {{- if .optional }}
      optional: true
      {{- end }}
{{- end -}}

{{/* What all services know, so that they answer no other program; the password of the first administrator, and
what the catalog proves itself with at a provider of logins. */}}
{{- define "onwatch.accessEnv" -}}
{{ include "onwatch.fromSecret" (merge (dict "variable" "ONWATCH_SERVICE_SECRET" "key" "service-secret" "optional" true) .) }}
{{- if has .component (list "catalog" "aggregator") }}
{{ include "onwatch.fromSecret" (merge (dict "variable" "ONWATCH_SERVICE_SECRET_PREVIOUS" "key" "service-secret-previous" "optional" true) .) }}
{{- end }}
{{- if eq .component "catalog" }}
{{ include "onwatch.fromSecret" (merge (dict "variable" "ONWATCH_CATALOG_ADMIN_PASSWORD" "key" "admin-password" "optional" true) .) }}
{{ include "onwatch.fromSecret" (merge (dict "variable" "ONWATCH_CATALOG_OIDC_CLIENT_SECRET" "key" "oidc-client-secret" "optional" true) .) }}
{{ include "onwatch.fromSecret" (merge (dict "variable" "ONWATCH_CATALOG_MQTT_PASSWORD" "key" "mqtt-password" "optional" true) .) }}
{{- end -}}
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
{{- $key := ternary (printf "%s-bus-url" .component) "bus-url" .root.Values.secrets.busUrlPerService -}}
{{ include "onwatch.fromSecret" (merge (dict "variable" $variable "key" $key) .) }}
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

{{/* Where the authorities of servers are: a variable, a mount and a volume; empty without any. */}}
{{- define "onwatch.tlsEnv" -}}
{{- if or .root.Values.tls.caConfigMap .root.Values.tls.caSecret -}}
- name: ONWATCH_TLS_CA_FILE
  value: /tls/{{ .root.Values.tls.caKey }}
{{- end -}}
{{- end -}}

{{- define "onwatch.tlsMount" -}}
{{- if or .root.Values.tls.caConfigMap .root.Values.tls.caSecret -}}
- name: tls
  mountPath: /tls
  readOnly: true
{{- end -}}
{{- end -}}

{{- define "onwatch.tlsVolume" -}}
{{- if .root.Values.tls.caSecret -}}
- name: tls
  secret:
    secretName: {{ .root.Values.tls.caSecret }}
    items: [{ key: {{ .root.Values.tls.caKey }}, path: {{ .root.Values.tls.caKey }} }]
{{- else if .root.Values.tls.caConfigMap -}}
- name: tls
  configMap:
    name: {{ .root.Values.tls.caConfigMap }}
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
