{{/*
All objects of one of the five services.
Arguments: (dict "root" $ "component" NAME), and optionally "media" ("write" or "read"), "database",
"redis", "bus", "cache", "headless".
*/}}
{{- define "onwatch.service" -}}
{{- $root := .root -}}
{{- $values := index $root.Values .component -}}
{{- $name := printf "%s-%s" (include "onwatch.fullname" $root) .component -}}
{{- $port := include "onwatch.port" . -}}
{{- $opsPort := include "onwatch.opsPort" . -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ $name }}
  labels: {{- include "onwatch.labels" . | nindent 4 }}
automountServiceAccountToken: false
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "onwatch.labels" . | nindent 4 }}
spec:
  {{- if .headless }}
  # Prometheus and the gateway's status find the pods by its name, those that are not ready, too.
  clusterIP: None
  publishNotReadyAddresses: true
  {{- end }}
  selector: {{- include "onwatch.selector" . | nindent 4 }}
  ports:
    {{- if .headless }}
    - name: ops
      port: {{ $opsPort }}
      targetPort: ops
    {{- else }}
    - name: http
      port: {{ $port }}
      targetPort: http
---
# Apart from the Service above, which somebody may make public. The gateway's status finds the pods by its name, those
# that are not ready, too.
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}-ops
  labels: {{- include "onwatch.labels" . | nindent 4 }}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {{- include "onwatch.selector" . | nindent 4 }}
  ports:
    - name: ops
      port: {{ $opsPort }}
      targetPort: ops
    {{- end }}
---
{{ include "onwatch.deployment" . }}
{{- end -}}

{{/*
The pods of a service, or of a further pool of it. Arguments: those of onwatch.service, and optionally "pool", a name, and "values",
its own in place of the service's.
*/}}
{{- define "onwatch.deployment" -}}
{{- $root := .root -}}
{{- $values := default (index $root.Values .component) .values -}}
{{- $name := printf "%s-%s" (include "onwatch.fullname" $root) .component -}}
{{- $port := include "onwatch.port" . -}}
{{- $opsPort := include "onwatch.opsPort" . -}}
{{- $is_stored := and .media (ne $root.Values.media.s3.url "") -}}
{{- $is_on_one_node := and .media (eq (include "onwatch.isOnOneNode" $root) "true") -}}
{{- $on_node := dict "onwatch/media" (include "onwatch.mediaClaim" $root) -}}
{{- /* A release before this one cannot share its folder: it is replaced while there is one pod. */ -}}
{{- $is_only_one := and (eq (default "" .media) "write") (le (int $values.replicas) 1) -}}
{{- if and (eq (default "" .media) "write") (not $is_only_one) $is_on_one_node -}}
{{- fail "catalog.replicas is more than 1: media.accessMode has to be ReadWriteMany, or media.s3.url set" -}}
{{- end -}}
{{- $affinity := deepCopy $values.affinity -}}
{{- if $is_on_one_node -}}
{{- $together := dict "topologyKey" "kubernetes.io/hostname" "labelSelector" (dict "matchLabels" $on_node) -}}
{{- $ours := dict "podAffinity" (dict "requiredDuringSchedulingIgnoredDuringExecution" (list $together)) -}}
{{- $affinity = mustMergeOverwrite $affinity $ours -}}
{{- end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}{{ with .pool }}-{{ . }}{{ end }}
  labels: {{- include "onwatch.labels" . | nindent 4 }}
spec:
  {{- $scaling := default (dict) $values.autoscaling }}
  {{- if eq (default "none" $scaling.kind) "none" }}
  replicas: {{ if hasKey $values "replicas" }}{{ $values.replicas }}{{ else }}1{{ end }}
  {{- else }}
  # The number of pods is the autoscaler's: an upgrade does not change it.
  {{- end }}
  {{- if $is_only_one }}
  strategy:
    type: Recreate
  {{- else if $is_on_one_node }}
  # Its node may have no room for one more.
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 0, maxUnavailable: 1 }
  {{- else if eq .component "gateway" }}
  # All new pods first: viewers who reconnect find none that is about to stop.
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: "100%", maxUnavailable: 0 }
  {{- end }}
  selector:
    matchLabels:
      {{- include "onwatch.selector" . | nindent 6 }}
      {{- with .pool }}
      onwatch/pool: {{ . }}
      {{- end }}
  template:
    metadata:
      labels:
        {{- include "onwatch.labels" . | nindent 8 }}
        {{- with .pool }}
        onwatch/pool: {{ . }}
        {{- end }}
        {{- if $is_on_one_node }}
        {{- toYaml $on_node | nindent 8 }}
        {{- end }}
      annotations:
        onwatch/settings: {{ include "onwatch.settings" $root | sha256sum | quote }}
        {{- if not (or $root.Values.secrets.existing $root.Values.secrets.generate) }}
        onwatch/secrets: {{ include "onwatch.secretData" $root | sha256sum | quote }}
        {{- end }}
        {{- with $values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ $name }}
      automountServiceAccountToken: false
      # Otherwise the Service "onwatch-catalog" sets ONWATCH_CATALOG_PORT=tcp://... in every pod, which is not a port.
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ $root.Values.terminationGracePeriodSeconds }}
      securityContext: {{- include "onwatch.podSecurity" (dict "user" 10001 "group" 10001) | nindent 8 }}
      {{- with $root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      {{- with $values.runtimeClassName }}
      runtimeClassName: {{ . }}
      {{- end }}
      {{- with $values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if $is_on_one_node }}
      # A ReadWriteOnce volume is on one node at a time. The first pod chooses it, and all others follow, the catalog too:
      # on another node it would wait for ever for a volume that detectors hold.
      {{- end }}
      {{- with $affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if and (not $is_on_one_node) (not $is_only_one) }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {{- include "onwatch.selector" . | nindent 14 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ default (include "onwatch.image" .) $values.image }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          securityContext: {{- include "onwatch.containerSecurity" . | nindent 12 }}
          ports:
            {{- if not .headless }}
            - name: http
              containerPort: {{ $port }}
            {{- end }}
            - name: ops
              containerPort: {{ $opsPort }}
          envFrom:
            - configMapRef:
                name: {{ include "onwatch.fullname" $root }}-settings
            {{- if and $is_stored $root.Values.media.s3.existingSecret }}
            - secretRef:
                name: {{ $root.Values.media.s3.existingSecret }}
            {{- end }}
          {{- $public_store := and (eq .component "dashboard") (include "onwatch.publicStoreEnv" $root) -}}
          {{- if or .bus .database .redis $public_store $values.extraEnv }}
          env:
            {{- if .bus }}
            {{- include "onwatch.busEnv" . | nindent 12 }}
            {{- include "onwatch.accessEnv" . | nindent 12 }}
            {{- with include "onwatch.tlsEnv" . }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- end }}
            {{- if $is_stored }}
            {{- include "onwatch.s3Env" . | nindent 12 }}
            {{- end }}
            {{- with $public_store }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- if and (eq .component "gateway") (not (hasKey $root.Values.settings "ONWATCH_GATEWAY_OPS_URLS")) }}
            # Not a setting of all pods: one of an older image that starts again during an upgrade would refuse it.
            - name: ONWATCH_GATEWAY_OPS_URLS
              value: {{ include "onwatch.opsUrls" $root }}
            {{- end }}
            {{- if .database }}
            {{- include "onwatch.databaseEnv" . | nindent 12 }}
            {{- end }}
            {{- if .redis }}
            {{- include "onwatch.redisEnv" . | nindent 12 }}
            {{- end }}
            {{- with $values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          {{- end }}
          # Five minutes to start: a service waits for its dependencies and does not exit.
          startupProbe:
            httpGet: { path: /healthz, port: ops }
            periodSeconds: 2
            timeoutSeconds: 3
            failureThreshold: 150
          livenessProbe:
            httpGet: { path: /healthz, port: ops }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe:
            # What this pod can do, once it has reached all it needs: on a full disk the catalog still deletes videos, without a
            # broker of MQTT it does all the rest, and while RabbitMQ is away the page, lists and results are there.
            httpGet: { path: "/readyz?exclude=disk&exclude=mqtt&exclude=bus", port: ops }
            periodSeconds: 5
            # Longer than the service's own time limit for each dependency.
            timeoutSeconds: 5
            failureThreshold: 2
          resources: {{- toYaml $values.resources | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            {{- if .media }}
            - name: media
              mountPath: /media
              {{- if and (eq .media "read") (not $is_stored) }}
              readOnly: true
              {{- end }}
            {{- end }}
            {{- if .cache }}
            - name: cache
              mountPath: /cache
            {{- end }}
            {{- if .bus }}
            {{- with include "onwatch.tlsMount" . }}
            {{- . | nindent 12 }}
            {{- end }}
            {{- end }}
            {{- with $values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 256Mi
        {{- if .media }}
        - name: media
          {{- if $is_stored }}
          # Parts of videos that are being read; the catalog writes joins there.
          emptyDir:
            sizeLimit: {{ $root.Values.media.s3.cacheSize }}
          {{- else }}
          persistentVolumeClaim:
            claimName: {{ include "onwatch.mediaClaim" $root }}
          {{- end }}
        {{- end }}
        {{- if .cache }}
        - name: cache
          emptyDir:
            sizeLimit: 1Gi
        {{- end }}
        {{- if .bus }}
        {{- with include "onwatch.tlsVolume" . }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- end }}
        {{- with $values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
{{- end -}}

{{/* Settings that are not secret; each service reads the variables of its own prefix only. */}}
{{- define "onwatch.settings" -}}
{{- $name := include "onwatch.fullname" . -}}
{{- $settings := dict -}}
{{- range $service := list "CATALOG" "GATEWAY" "DETECTOR" "AGGREGATOR" "DASHBOARD" -}}
{{- $_ := set $settings (printf "ONWATCH_%s_LOG_LEVEL" $service) $.Values.logs.level -}}
{{- $_ := set $settings (printf "ONWATCH_%s_LOG_FORMAT" $service) $.Values.logs.format -}}
{{- end -}}
{{- range $service, $others := dict "GATEWAY" (list "catalog" "aggregator" "dashboard") "DETECTOR" (list "catalog" "aggregator") "CATALOG" (list "aggregator") -}}
{{- range $other := $others -}}
{{- $url := printf "http://%s-%s:%s" $name $other (include "onwatch.port" (dict "component" $other)) -}}
{{- $_ := set $settings (printf "ONWATCH_%s_%s_URL" $service (upper $other)) $url -}}
{{- end -}}
{{- end -}}
{{- $_ := set $settings "ONWATCH_CATALOG_MEDIA_DIR" "/media" -}}
{{- $_ := set $settings "ONWATCH_DETECTOR_MEDIA_DIR" "/media" -}}
{{- $_ := set $settings "ONWATCH_DETECTOR_CACHE_DIR" "/cache" -}}
{{- $_ := set $settings "ONWATCH_DETECTOR_DOWNLOAD" "false" -}}
{{- range $service := list "CATALOG" "GATEWAY" "AGGREGATOR" "DASHBOARD" -}}
{{- /* Until every node knows that the pod gets no new requests. */ -}}
{{- $_ := set $settings (printf "ONWATCH_%s_DRAIN_S" $service) "5" -}}
{{- end -}}
{{- $hosts := list -}}
{{- if and .Values.ingress.enabled .Values.ingress.host -}}
{{- $hosts = append $hosts .Values.ingress.host -}}
{{- end -}}
{{- if .Values.httpRoute.enabled -}}
{{- $hosts = concat $hosts .Values.httpRoute.hostnames -}}
{{- end -}}
{{- with $hosts -}}
{{- $_ := set $settings "ONWATCH_GATEWAY_ALLOWED_HOSTS" (join "," (uniq .)) -}}
{{- end -}}
{{- range $variable, $value := .Values.settings -}}
{{- $_ := set $settings $variable (toString $value) -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}
