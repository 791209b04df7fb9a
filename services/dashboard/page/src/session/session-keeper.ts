import { RequestFailed, reasonOf } from "../api/http";
import type { ProviderAnswer, Session } from "../contract";
import type { Cancel, Timers } from "../timers";

/** Delay until the server is asked again that did not say who is logged in. */
export const ASK_AGAIN_MS = 3000;

export type SessionState =
  /** The server has not said yet. */
  | { kind: "unknown"; problem: string | null }
  /** Somebody is logged in, or logins are off. */
  | { kind: "in"; session: Session }
  | { kind: "out"; hasEnded: boolean; problem: string | null };

export interface SessionApi {
  get(): Promise<Session>;
  logIn(name: string, password: string): Promise<Session>;
  enter(code: string): Promise<Session>;
  finish(answer: ProviderAnswer): Promise<Session>;
  logOut(): Promise<void>;
}

/** The address of the page. */
export interface Place {
  isLogin(): boolean;
  show(path: string): void;
}

/** Who is logged in, as far as the server has said; the page shows the login or everything else by it. */
export class SessionKeeper {
  private current: SessionState = { kind: "unknown", problem: null };
  private asking: Promise<void> | null = null;
  /** Grows with every login and logout: an answer to an earlier question is out of date. */
  private turn = 0;
  private cancelAgain: Cancel | null = null;
  private readonly watchers = new Set<() => void>();

  constructor(
    private readonly api: SessionApi,
    private readonly place: Place,
    private readonly timers: Timers,
  ) {}

  readonly snapshot = (): SessionState => this.current;

  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** Ask the server; whoever asks while a question is on its way waits for the same answer. */
  readonly ask = (): Promise<void> => {
    this.asking ??= this.askOnce().finally(() => {
      this.asking = null;
    });
    return this.asking;
  };

  /** Something was refused for want of a session: nothing new while the login is shown. */
  readonly doubt = (): void => {
    if (this.current.kind === "in") void this.ask();
  };

  /** Fails with the reason if it is refused. */
  readonly logIn = async (name: string, password: string): Promise<void> => {
    this.turn++;
    this.open(await this.api.logIn(name, password));
  };

  /** With the code of a link. A refusal is said on the login page, if there is one. */
  readonly enter = (code: string): Promise<void> => this.openOrSay(this.api.enter(code));

  /** With the answer of the provider. A refusal is said on the login page. */
  readonly finish = (answer: ProviderAnswer): Promise<void> => this.openOrSay(this.api.finish(answer));

  /** Fails with the reason if the session goes on. */
  readonly logOut = async (): Promise<void> => {
    this.turn++;
    try {
      await this.api.logOut();
    } catch (error) {
      if (!(error instanceof RequestFailed && error.status === 401)) throw error;
    }
    this.place.show("/");
    this.set({ kind: "out", hasEnded: false, problem: null });
  };

  private async openOrSay(opening: Promise<Session>): Promise<void> {
    this.turn++;
    try {
      this.open(await opening);
    } catch (error) {
      await this.refused(reasonOf(error));
    }
  }

  private async refused(problem: string): Promise<void> {
    const { turn } = this;
    const session = await this.api.get().catch(() => null);
    if (turn !== this.turn) return;
    if (session && !session.is_login_required) this.open(session);
    else this.set({ kind: "out", hasEnded: false, problem });
  }

  private async askOnce(): Promise<void> {
    const { turn } = this;
    try {
      const session = await this.api.get();
      if (turn === this.turn) this.answered(session);
    } catch (error) {
      if (turn === this.turn) this.notAnswered(error);
    }
  }

  private answered(session: Session): void {
    if (!session.is_login_required || session.name !== null) this.open(session);
    else if (this.current.kind !== "out") this.set({ kind: "out", hasEnded: this.current.kind === "in", problem: null });
  }

  /** Who was logged in still is, as far as this page knows. */
  private notAnswered(error: unknown): void {
    if (this.current.kind !== "unknown") return;
    this.set({ kind: "unknown", problem: reasonOf(error) });
    this.cancelAgain = this.timers.after(ASK_AGAIN_MS, () => void this.ask());
  }

  private open({ opens, ...session }: Session): void {
    const path = opens ?? (this.place.isLogin() ? "/" : null);
    if (path !== null) this.place.show(path);
    const { current } = this;
    const opened: Session = { ...session, opens: null };
    if (current.kind === "in" && isSame(current.session, opened)) return;
    this.set({ kind: "in", session: opened });
  }

  private set(state: SessionState): void {
    this.cancelAgain?.();
    this.cancelAgain = null;
    this.current = state;
    this.watchers.forEach((watcher) => watcher());
  }
}

/** The same person with the same rights: nothing has to be drawn anew. */
function isSame(one: Session, other: Session): boolean {
  return identityOf(one) === identityOf(other);
}

/** Changes with the person and with the rights. */
export function identityOf({ is_login_required, name, role, kind, video_ids, folder_ids }: Session): string {
  return JSON.stringify([is_login_required, name, role, kind, video_ids, folder_ids]);
}
