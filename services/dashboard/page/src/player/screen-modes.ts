import { type RefObject, useEffect, useState } from "react";

/** Whether an element fills the screen, and the switch. */
export function useFullScreen(element: RefObject<HTMLElement | null>): [isFull: boolean, toggle: () => void] {
  const [isFull, setFull] = useState(false);
  useEffect(() => {
    const changed = (): void => setFull(document.fullscreenElement !== null && document.fullscreenElement === element.current);
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, [element]);
  const toggle = (): void => {
    // A browser may refuse both; then nothing changes.
    if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
    else void element.current?.requestFullscreen().catch(() => undefined);
  };
  return [isFull, toggle];
}

/** A window of its own, which stays above others: of the recording, or of the stream's picture. Rejects where there is none. */
export async function showInWindow(section: HTMLElement, canvas: HTMLCanvasElement | null): Promise<void> {
  if (document.pictureInPictureElement) return document.exitPictureInPicture();
  const recording = section.querySelector("video");
  if (recording) return void (await recording.requestPictureInPicture());
  if (!canvas) throw new Error("there is no picture");
  const video = document.createElement("video");
  video.muted = true;
  video.srcObject = canvas.captureStream();
  video.addEventListener("leavepictureinpicture", () => {
    for (const track of (video.srcObject as MediaStream).getTracks()) track.stop();
    video.srcObject = null;
  });
  await video.play();
  await video.requestPictureInPicture();
}

export function hasPictureInPicture(): boolean {
  return document.pictureInPictureEnabled;
}
