import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { requestFirst } from "./api/first-answers";
import { keys } from "./api/keys";
import { isRefusal } from "./api/http";
import { whenInDoubt } from "./api/session-doubt";
import { App } from "./app";
import { Channel, pageSocket } from "./channel/channel";
import { ChannelProvider } from "./channel/channel-context";
import { downloadApi } from "./downloads/download-api";
import { Downloads } from "./downloads/downloads";
import { DownloadsProvider } from "./downloads/downloads-context";
import { paths, replacePage, routeOf } from "./routing/router";
import { takeCode } from "./session/login-code";
import { takeAnswer } from "./session/provider-answer";
import { sessionApi } from "./session/session-api";
import { SessionKeeperProvider } from "./session/session-context";
import { identityOf, SessionKeeper } from "./session/session-keeper";
import { stayLoggedIn } from "./session/stay-logged-in";
import { restoreLanguage } from "./texts";
import { browserTimers } from "./timers";
import { colourBrowser } from "./ui/theme";
import { FailureBoundary } from "./ui/failure-boundary";
import { ToastProvider } from "./ui/toasts";
import { UploadGroups } from "./uploads/groups";
import { joinVideos } from "./uploads/join-videos";
import { UploadQueue } from "./uploads/queue";
import { resumableSender } from "./uploads/send-file";
import { UnfinishedUploads } from "./uploads/unfinished";
import { rememberedUploads } from "./uploads/remembered-uploads";
import { tusApi } from "./uploads/upload-api";
import { UploadsProvider } from "./uploads/uploads-context";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/surfaces.css";
import "./styles/shell.css";
import "./styles/videos.css";
import "./styles/uploads.css";
import "./styles/results.css";
import "./styles/detail.css";
import "./styles/player.css";
import "./styles/playback.css";
import "./styles/print.css";
import "./styles/numbers.css";
import "./styles/wall.css";
import "./styles/accounts.css";

const FRESH_MS = 1000;
const RETRIES = 2;

/** A refused request fails again; one without an answer may succeed. */
function worthRetrying(failures: number, error: Error): boolean {
  return !isRefusal(error) && failures < RETRIES;
}

const client = new QueryClient({
  defaultOptions: {
    // "always": a page served by this machine works without a network.
    queries: { staleTime: FRESH_MS, retry: worthRetrying, networkMode: "always" },
    mutations: { networkMode: "always" },
  },
});
const channel = new Channel(pageSocket, browserTimers);
const refetchVideos = (): void => [keys.videos, keys.folders].forEach((queryKey) => void client.invalidateQueries({ queryKey }));
/** The identity of the person, while there is one. */
let connectedAs: string | null = null;
const uploadApi = tusApi(browserTimers);
const unfinished = new UnfinishedUploads(rememberedUploads, () => connectedAs, Date.now);
const uploads = new UploadQueue<File>(resumableSender(uploadApi, browserTimers, unfinished), refetchVideos, browserTimers.now);
uploads.watch(() => unfinished.queued(uploads.pending()));
const downloads = new Downloads(downloadApi, browserTimers, refetchVideos);
const groups = new UploadGroups<File>(uploads, joinVideos, refetchVideos);

let isCutOff = false;
channel.watchStatus(() => {
  // What failed meanwhile is not requested again by itself.
  if (isCutOff && channel.status === "open") void client.invalidateQueries();
  isCutOff = channel.status === "lost";
});
addEventListener("pagehide", unfinished.leave);
addEventListener("storage", unfinished.changed);
addEventListener("online", () => channel.reconnectNow());

const place = { isLogin: () => location.pathname === paths.login, show: replacePage };
const sessions = new SessionKeeper(sessionApi, place, browserTimers);
sessions.watch(() => {
  const state = sessions.snapshot();
  const identity = state.kind === "in" ? identityOf(state.session) : null;
  if (identity === connectedAs) return;
  if (connectedAs !== null) leave();
  if (identity !== null) channel.connect();
  connectedAs = identity;
  unfinished.changed();
});

/** Nothing of one person is shown to the next one. */
function leave(): void {
  channel.disconnect();
  groups.clear();
  downloads.clear();
  client.clear();
}

whenInDoubt(sessions.doubt);
stayLoggedIn(() => void sessions.ask());
const replaceAddress = (path: string): void => history.replaceState(null, "", path);
const codeOfAddress = (): string | null => takeCode(location, replaceAddress);
addEventListener("hashchange", () => {
  const code = codeOfAddress();
  if (code !== null) void sessions.enter(code);
});

/** Who opens the page: by what is in its address, else by the cookie. */
function recognise(): Promise<void> {
  const answer = takeAnswer(location, sessionStorage, replaceAddress);
  if (answer !== null) return sessions.finish(answer);
  const code = codeOfAddress();
  return code === null ? sessions.ask() : sessions.enter(code);
}

function requestOpened(): void {
  const route = routeOf(location.pathname);
  if (route.page === "video" && sessions.snapshot().kind === "in") requestFirst(client, route.id);
}

colourBrowser();
await Promise.all([restoreLanguage(), recognise().then(requestOpened)]);
const page = (
  <StrictMode>
    <SessionKeeperProvider value={sessions}>
      <QueryClientProvider client={client}>
        <ChannelProvider value={channel}>
          <UploadsProvider value={{ queue: uploads, groups, unfinished, api: uploadApi }}>
            <DownloadsProvider value={downloads}>
              <ToastProvider>
                <FailureBoundary>
                  <App />
                </FailureBoundary>
              </ToastProvider>
            </DownloadsProvider>
          </UploadsProvider>
        </ChannelProvider>
      </QueryClientProvider>
    </SessionKeeperProvider>
  </StrictMode>
);
// In slices: a phone is not blocked by the first build of a page.
startTransition(() => createRoot(document.getElementById("root")!).render(page));
