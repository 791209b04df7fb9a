import { getJson, send } from "../api/http";
import { urls } from "../api/urls";
import type { Session } from "../contract";
import type { SessionApi } from "./session-keeper";

declare global {
  interface Window {
    /** `public/start.js` has asked for it, once. */
    onwatchSession?: Promise<Response>;
  }
}

function takeAsked(): Promise<Response> | undefined {
  const asked = window.onwatchSession;
  delete window.onwatchSession;
  return asked;
}

export const sessionApi: SessionApi = {
  get: () => getJson<Session>(urls.session, new AbortController().signal, takeAsked()),
  logIn: async (name, password) => (await send<Session>("POST", urls.session, { name, password }))!,
  enter: async (code) => (await send<Session>("POST", urls.code, { code }))!,
  finish: async (answer) => (await send<Session>("POST", urls.providerAnswer, answer))!,
  logOut: async () => void (await send("DELETE", urls.session)),
};
