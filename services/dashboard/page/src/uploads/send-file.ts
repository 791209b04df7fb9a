import { requestFailed } from "../api/http";
import { urls } from "../api/urls";
import type { Sending, SendingEvents } from "./queue";

/** Uses XMLHttpRequest, which unlike fetch reports upload progress. */
export function sendFile(file: File, events: SendingEvents): Sending {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("file", file);
  request.upload.onprogress = ({ loaded }) => events.progress(loaded);
  request.onload = () => {
    if (request.status === 201) events.done();
    else events.failed(requestFailed(request.status, request.responseText).message);
  };
  request.onerror = () => events.failed("The connection was lost during the upload.");
  request.open("POST", urls.videos);
  request.send(form);
  return { cancel: () => request.abort() };
}
