import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { keys } from "./api/keys";
import { RequestFailed } from "./api/http";
import { App } from "./app";
import { Channel, pageSocket } from "./channel/channel";
import { ChannelProvider } from "./channel/channel-context";
import { browserTimers } from "./timers";
import { ToastProvider } from "./ui/toasts";
import { UploadGroups } from "./uploads/groups";
import { joinVideos } from "./uploads/join-videos";
import { UploadQueue } from "./uploads/queue";
import { sendFile } from "./uploads/send-file";
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
import "./styles/numbers.css";

const FRESH_MS = 1000;
const RETRIES = 2;

/** A refused request fails again; one without an answer may succeed. */
function worthRetrying(failures: number, error: Error): boolean {
  const refused = error instanceof RequestFailed && error.status >= 400 && error.status < 500;
  return !refused && failures < RETRIES;
}

const client = new QueryClient({
  defaultOptions: {
    // "always": a page served by this machine works without a network.
    queries: { staleTime: FRESH_MS, retry: worthRetrying, networkMode: "always" },
    mutations: { networkMode: "always" },
  },
});
const channel = new Channel(pageSocket, browserTimers);
const refetchVideos = (): void => void client.invalidateQueries({ queryKey: keys.videos });
const uploads = new UploadQueue<File>(sendFile, refetchVideos);
const groups = new UploadGroups<File>(uploads, joinVideos, refetchVideos);

let isCutOff = false;
channel.watchStatus(() => {
  // What failed meanwhile is not requested again by itself.
  if (isCutOff && channel.status === "open") void client.invalidateQueries();
  isCutOff = channel.status === "lost";
});
channel.connect();
addEventListener("online", () => channel.reconnectNow());

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <ChannelProvider value={channel}>
        <UploadsProvider value={{ queue: uploads, groups }}>
          <ToastProvider>
            <App />
          </ToastProvider>
        </UploadsProvider>
      </ChannelProvider>
    </QueryClientProvider>
  </StrictMode>,
);
