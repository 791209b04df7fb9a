import { momentOf } from "./moment";

/** What plays a recording: the browser, or single pictures from the server where the browser cannot. */
export interface Media {
  /** When the picture that is shown begins, or a time within it where the browser does not tell. */
  readonly timeS: number;
  readonly isPlaying: boolean;
  readonly rate: number;
  /** A time within the picture that is shown, as far from its ends as is known: rounded, it still names this picture. */
  momentS(fps: number): number;
  play(): void;
  pause(): void;
  seek(timeS: number): void;
  setRate(rate: number): void;
  close(): void;
}

export interface MediaEvents {
  /** A picture is on the screen, of this time. */
  onShown(timeS: number): void;
  /** Something else of the media has changed. */
  onChanged(): void;
}

/** Events of a video after which its state is another one. */
const CHANGES = ["play", "pause", "ratechange", "seeking", "seeked", "ended", "timeupdate"] as const;

/** A picture that is decoded while the page is hidden is not told. */
const TOLD_WITHIN_MS = 300;

const LONGEST_PICTURE_S = 0.5;

/** `MediaError.MEDIA_ERR_NETWORK` */
const NETWORK_ERROR = 2;

const TELLS_PICTURES = "HTMLVideoElement" in globalThis && "requestVideoFrameCallback" in HTMLVideoElement.prototype;

/** The browser's player. It tells the presentation time of each picture as it appears. */
export class VideoMedia implements Media {
  private shownS: number;
  private callback = 0;
  private isTold = false;
  /** Since the recording was loaded, a picture of it was shown. */
  private hasPlayed = false;
  /** Whether `shownS` is when its picture begins, as the browser tells it; otherwise it is a time within the picture. */
  private isBeginning = false;
  /** Of the picture that was shown when the seek began. */
  private beforeSeekS = 0;
  private untold: ReturnType<typeof setTimeout> | undefined;
  private isClosed = false;

  constructor(
    private readonly element: HTMLVideoElement,
    private readonly events: MediaEvents,
  ) {
    this.shownS = element.currentTime;
    for (const name of CHANGES) element.addEventListener(name, this.changed);
    this.awaitPicture();
  }

  get timeS(): number {
    return this.shownS;
  }

  get isPlaying(): boolean {
    return !this.element.paused && !this.element.ended;
  }

  get rate(): number {
    return this.element.playbackRate;
  }

  momentS(fps: number): number {
    return this.isBeginning ? momentOf(this.shownS, fps) : this.shownS;
  }

  play(): void {
    // The browser may refuse to play before somebody has touched the page: then it stays paused.
    void this.element.play().catch(() => undefined);
  }

  pause(): void {
    this.element.pause();
  }

  seek(timeS: number): void {
    this.element.currentTime = timeS;
  }

  setRate(rate: number): void {
    this.element.playbackRate = rate;
  }

  /** After the connection failed: load the recording again and go on; false if that was tried since the last picture. */
  reload(): boolean {
    const { currentTime, error, paused, playbackRate } = this.element;
    if (!this.hasPlayed || error?.code !== NETWORK_ERROR) return false;
    this.hasPlayed = false;
    this.element.load();
    this.element.currentTime = currentTime;
    this.element.playbackRate = playbackRate;
    if (!paused) this.play();
    return true;
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.untold);
    for (const name of CHANGES) this.element.removeEventListener(name, this.changed);
    if (TELLS_PICTURES) this.element.cancelVideoFrameCallback(this.callback);
  }

  private awaitPicture(): void {
    // Older browsers say the time four times a second, by `timeupdate`.
    if (!TELLS_PICTURES) return;
    this.callback = this.element.requestVideoFrameCallback((_, { mediaTime }) => {
      if (this.isClosed) return;
      this.show(mediaTime, true);
      this.awaitPicture();
    });
  }

  private show(timeS: number, isBeginning = false): void {
    this.isTold = true;
    this.hasPlayed = true;
    this.shownS = timeS;
    this.isBeginning = isBeginning;
    this.events.onShown(timeS);
  }

  private readonly changed = ({ type }: Event): void => {
    if (!TELLS_PICTURES) this.show(this.element.currentTime);
    if (type === "seeking") {
      this.isTold = false;
      this.beforeSeekS = this.shownS;
    }
    if (type === "seeked") {
      clearTimeout(this.untold);
      this.untold = setTimeout(this.showUntold, TOLD_WITHIN_MS);
    }
    this.events.onChanged();
  };

  private readonly showUntold = (): void => {
    const { currentTime } = this.element;
    // During a seek the browser may still tell of the picture before it, and of nothing after it.
    const isOfBefore = this.shownS === this.beforeSeekS && Math.abs(currentTime - this.shownS) > LONGEST_PICTURE_S;
    if (!this.isTold || isOfBefore) this.show(currentTime);
  };
}

/** Shows a picture of a time: resolves once it is on the screen, rejects if there is none. */
export type ShowPicture = (timeS: number) => Promise<void>;

/** Pictures from the server, one after the other: as many as come, and in time. */
export class PictureMedia implements Media {
  timeS = 0;
  isPlaying = false;
  rate = 1;
  private wantedS: number | null = null;
  private isLoading = false;
  private isClosed = false;
  /** Since when it plays, and from where. */
  private begun = { atMs: 0, fromS: 0 };

  constructor(
    private readonly show: ShowPicture,
    private readonly durationS: number,
    private readonly nowMs: () => number,
    private readonly events: MediaEvents,
  ) {}

  /** The server was asked for this time, and answered the picture in which it lies. */
  momentS(): number {
    return this.timeS;
  }

  play(): void {
    this.begun = { atMs: this.nowMs(), fromS: this.timeS >= this.durationS ? 0 : this.timeS };
    this.isPlaying = true;
    this.events.onChanged();
    this.next();
  }

  pause(): void {
    this.isPlaying = false;
    this.events.onChanged();
  }

  seek(timeS: number): void {
    this.wantedS = Math.max(0, Math.min(this.durationS, timeS));
    this.begun = { atMs: this.nowMs(), fromS: this.wantedS };
    void this.load();
  }

  setRate(rate: number): void {
    this.begun = { atMs: this.nowMs(), fromS: this.timeS };
    this.rate = rate;
    this.events.onChanged();
  }

  close(): void {
    this.isClosed = true;
    this.isPlaying = false;
  }

  private next(): void {
    if (!this.isPlaying || this.wantedS !== null) return;
    const timeS = this.begun.fromS + ((this.nowMs() - this.begun.atMs) / 1000) * this.rate;
    this.wantedS = Math.min(this.durationS, timeS);
    if (timeS >= this.durationS) this.pause();
    void this.load();
  }

  /** One at a time: of what is wanted meanwhile the newest. */
  private async load(): Promise<void> {
    if (this.isLoading) return;
    while (this.wantedS !== null && !this.isClosed) {
      this.isLoading = true;
      const timeS = this.wantedS;
      this.wantedS = null;
      try {
        await this.show(timeS);
      } catch {
        this.isPlaying = false;
      }
      this.isLoading = false;
      if (this.isClosed) return;
      this.timeS = timeS;
      this.events.onShown(timeS);
      this.events.onChanged();
      if (this.wantedS === null) this.next();
    }
  }
}
