/** Those of the server, the preferred one first. */
const CODECS = ["vp8"];

const NONE: string[] = [];

/** The video codecs that this browser decodes; none after one of its decoders has failed. */
export class VideoCodecs {
  private codecs: string[] | null = null;
  private hasFailed = false;
  private readonly watchers = new Set<() => void>();

  constructor(private readonly isSupported: (codec: string) => Promise<boolean>) {}

  readonly snapshot = (): string[] => this.codecs ?? NONE;

  /** Calls `watcher` when it is known what the browser decodes, and when a decoder has failed. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    if (this.codecs === null) void this.find();
    return () => this.watchers.delete(watcher);
  };

  readonly failed = (reason: string): void => {
    console.warn(`Frames are shown as JPEG from here on, video could not be decoded: ${reason}`);
    this.hasFailed = true;
    this.set(NONE);
  };

  private async find(): Promise<void> {
    this.codecs = NONE;
    const supported = await Promise.all(CODECS.map((codec) => this.isSupported(codec)));
    if (!this.hasFailed) this.set(CODECS.filter((_, index) => supported[index]));
  }

  private set(codecs: string[]): void {
    this.codecs = codecs;
    this.watchers.forEach((watcher) => watcher());
  }
}

/** Browsers have video decoders on pages from HTTPS or from this machine. */
async function isSupportedHere(codec: string): Promise<boolean> {
  if (typeof VideoDecoder === "undefined") return false;
  try {
    return (await VideoDecoder.isConfigSupported({ codec })).supported === true;
  } catch {
    return false;
  }
}

export const browserVideoCodecs = new VideoCodecs(isSupportedHere);
