import { requestFailed } from "../api/http";
import { urls } from "../api/urls";
import type { Video } from "../contract";
import { texts } from "../texts";
import type { Sending, SendingEvents } from "./queue";

/** Uses XMLHttpRequest, which unlike fetch reports upload progress. */
export function sendFile(file: File, events: SendingEvents, into: string | null): Sending {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("file", file, file.name);
  request.upload.onprogress = ({ loaded }) => events.progress(loaded);
  request.onload = () => {
    if (request.status === 201) events.done((JSON.parse(request.responseText) as Video).id);
    else {
      const { message, status } = requestFailed(request.status, request.responseText);
      events.failed({ reason: message, mayPass: status >= 500 });
    }
  };
  request.onerror = () => events.failed({ reason: texts.uploads.connectionLost, mayPass: true });
  request.open("POST", urls.upload(into));
  request.send(form);
  return { cancel: () => request.abort() };
}
