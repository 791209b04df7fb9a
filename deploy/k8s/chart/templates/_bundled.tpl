{{/*
A bundled server: one replica with a volume.
Arguments: (dict "root" $ "component" NAME "ports" (dict NAME NUMBER) "mount" PATH "container" YAML "scratch" (list PATH)).
*/}}
{{- define "onwatch.bundled" -}}
{{- $root := .root -}}
{{- $values := index $root.Values.bundled .component -}}
{{- $name := printf "%s-%s" (include "onwatch.fullname" $root) .component -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels: {{- include "onwatch.labels" . | nindent 4 }}
spec:
  selector: {{- include "onwatch.selector" . | nindent 4 }}
  ports:
    {{- range $port, $number := .ports }}
    - name: {{ $port }}
      port: {{ $number }}
      targetPort: {{ $port }}
    {{- end }}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ $name }}
  labels: {{- include "onwatch.labels" . | nindent 4 }}
spec:
  serviceName: {{ $name }}
  replicas: 1
  selector:
    matchLabels: {{- include "onwatch.selector" . | nindent 6 }}
  template:
    metadata:
      # Without version labels: an upgrade of Onwatch must not restart a database.
      labels: {{- include "onwatch.selector" . | nindent 8 }}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 60
      securityContext: {{- include "onwatch.podSecurity" (dict "user" $values.runAsUser "group" $values.runAsGroup) | nindent 8 }}
      {{- with $root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      containers:
        - name: {{ .component }}
          image: {{ include "onwatch.bundledImage" (dict "root" $root "component" .component "name" $name) }}
          securityContext: {{- include "onwatch.containerSecurity" . | nindent 12 }}
          ports:
            {{- range $port, $number := .ports }}
            - name: {{ $port }}
              containerPort: {{ $number }}
            {{- end }}
          {{- .container | nindent 10 }}
          resources: {{- toYaml $values.resources | nindent 12 }}
          volumeMounts:
            - name: data
              mountPath: {{ .mount }}
            {{- range $number, $path := .scratch }}
            - name: scratch-{{ $number }}
              mountPath: {{ $path }}
            {{- end }}
      volumes:
        {{- range $number, $path := .scratch }}
        - name: scratch-{{ $number }}
          emptyDir:
            sizeLimit: 64Mi
        {{- end }}
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        {{- with $root.Values.bundled.storageClass }}
        storageClassName: {{ . }}
        {{- end }}
        resources:
          requests:
            storage: {{ $values.storage }}
{{- end -}}

{{/*
The image of a bundled server: the given one, else the one that the cluster runs, which can read its volume, else the newest
that is tested. Arguments: root, component, name (of the StatefulSet).
*/}}
{{- define "onwatch.bundledImage" -}}
{{- $newest := dict "rabbitmq" "rabbitmq:4.3-management-alpine" "postgresql" "postgres:17-alpine" -}}
{{- $given := (index .root.Values.bundled .component).image -}}
{{- if $given -}}
{{- $given -}}
{{- else -}}
{{- $there := lookup "apps/v1" "StatefulSet" .root.Release.Namespace .name -}}
{{- if $there }}{{ (first $there.spec.template.spec.containers).image }}{{ else }}{{ get $newest .component }}{{ end -}}
{{- end -}}
{{- end -}}
