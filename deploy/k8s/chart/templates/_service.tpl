{{/*
All objects of one of the five services.
Arguments: (dict "root" $ "component" NAME), and optionally "strategy", "media" ("write" or "read"), "database",
"redis", "bus", "cache", "headless".
*/}}
{{- define "onwatch.service" -}}
{{- $root := .root -}}
{{- $values := index $root.Values .component -}}
{{- $name := printf "%s-%s" (include "onwatch.fullname" $root) .component -}}
{{- $port := include "onwatch.port" . -}}
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
  # Has no clients; Prometheus finds the pods to scrape by its name.
  clusterIP: None
  {{- end }}
  selector: {{- include "onwatch.selector" . | nindent 4 }}
  ports:
    - name: http
      port: {{ $port }}
      targetPort: http
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels: {{- include "onwatch.labels" . | nindent 4 }}
spec:
  replicas: {{ if hasKey $values "replicas" }}{{ $values.replicas }}{{ else }}1{{ end }}
  {{- with .strategy }}
  strategy:
    type: {{ . }}
  {{- end }}
  selector:
    matchLabels: {{- include "onwatch.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "onwatch.labels" . | nindent 8 }}
      annotations:
        onwatch/settings: {{ include "onwatch.settings" $root | sha256sum | quote }}
        {{- if not $root.Values.secrets.existing }}
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
      {{- with $values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- if and (eq (default "" .media) "read") (eq $root.Values.media.accessMode "ReadWriteOnce") }}
      # A ReadWriteOnce volume is on one node at a time: the catalog's.
      affinity:
        podAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: kubernetes.io/hostname
              labelSelector:
                matchLabels: {{- include "onwatch.selector" (dict "root" $root "component" "catalog") | nindent 18 }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "onwatch.image" . }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          securityContext: {{- include "onwatch.containerSecurity" . | nindent 12 }}
          ports:
            - name: http
              containerPort: {{ $port }}
          envFrom:
            - configMapRef:
                name: {{ include "onwatch.fullname" $root }}-settings
          {{- if or .bus .database .redis }}
          env:
            {{- if .bus }}
            {{- include "onwatch.busEnv" . | nindent 12 }}
            {{- end }}
            {{- if .database }}
            {{- include "onwatch.databaseEnv" . | nindent 12 }}
            {{- end }}
            {{- if .redis }}
            {{- include "onwatch.redisEnv" . | nindent 12 }}
            {{- end }}
          {{- end }}
          # Five minutes to start: a service waits for its dependencies and does not exit.
          startupProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 2
            timeoutSeconds: 3
            failureThreshold: 150
          livenessProbe:
            httpGet: { path: /healthz, port: http }
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe:
            # On a full disk the catalog still deletes videos.
            httpGet: { path: "/readyz?exclude=disk", port: http }
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
              {{- if eq .media "read" }}
              readOnly: true
              {{- end }}
            {{- end }}
            {{- if .cache }}
            - name: cache
              mountPath: /cache
            {{- end }}
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 256Mi
        {{- if .media }}
        - name: media
          persistentVolumeClaim:
            claimName: {{ include "onwatch.mediaClaim" $root }}
        {{- end }}
        {{- if .cache }}
        - name: cache
          emptyDir:
            sizeLimit: 1Gi
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
{{- range $service, $others := dict "GATEWAY" (list "catalog" "aggregator" "dashboard") "DETECTOR" (list "catalog" "aggregator") -}}
{{- range $other := $others -}}
{{- $url := printf "http://%s-%s:%s" $name $other (include "onwatch.port" (dict "component" $other)) -}}
{{- $_ := set $settings (printf "ONWATCH_%s_%s_URL" $service (upper $other)) $url -}}
{{- end -}}
{{- end -}}
{{- $_ := set $settings "ONWATCH_CATALOG_MEDIA_DIR" "/media" -}}
{{- $_ := set $settings "ONWATCH_DETECTOR_MEDIA_DIR" "/media" -}}
{{- $_ := set $settings "ONWATCH_DETECTOR_CACHE_DIR" "/cache" -}}
{{- $_ := set $settings "ONWATCH_DETECTOR_DOWNLOAD" "false" -}}
{{- range $variable, $value := .Values.settings -}}
{{- $_ := set $settings $variable (toString $value) -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}
