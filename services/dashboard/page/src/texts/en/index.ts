import { accounts } from "./accounts";
import { alerts } from "./alerts";
import { app } from "./app";
import { detail } from "./detail";
import { downloads } from "./downloads";
import { folders } from "./folders";
import { numbers } from "./numbers";
import { player } from "./player";
import { report } from "./report";
import { session } from "./session";
import { site } from "./site";
import { state } from "./state";
import { status } from "./status";
import { ui } from "./ui";
import { uploads } from "./uploads";
import { videos } from "./videos";
import { wall } from "./wall";

/** English: complete, and the shape of every other language. */
export const en = {
  accounts,
  alerts,
  app,
  detail,
  downloads,
  folders,
  numbers,
  player,
  report,
  session,
  site,
  state,
  status,
  ui,
  uploads,
  videos,
  wall,
};

export type Texts = typeof en;
