import { type ReactNode, startTransition, Suspense, useEffect, useRef, useState } from "react";
import { FailureBoundary } from "./failure-boundary";
import { whenIdle } from "./when-idle";

/** Far enough that a part is there when a person has scrolled to it. */
const NEAR = "50% 0px";
/** Later than all that is seen first, and early enough to be found. */
const EVERYTHING_MS = 10_000;

interface Props {
  /** What it is, as a person calls it. */
  part: string;
  /** Of the place that is kept until it is built. */
  className: string;
  /** Of a failure: with another one it is tried again. */
  subject: string;
  /** What is seen first is there. */
  isReady: boolean;
  children: ReactNode;
}

/**
 * A part of the page that is not seen first: a phone is busy for long with building it. It is built when its place comes near
 * the window; and, so that keys and a search in the page find everything, after the first key and after some seconds.
 */
export function PartBelow({ part, className, subject, isReady, children }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [isBuilt, setBuilt] = useState(false);
  useEffect(() => {
    if (!isReady || isBuilt || !place.current) return undefined;
    return onFirst(place.current, () => setBuilt(true));
  }, [isReady, isBuilt]);
  const reserved = <div ref={place} className={`part-to-come ${className}`} />;
  if (!isBuilt) return reserved;
  return (
    <FailureBoundary part={part} className={className} subject={subject}>
      <Suspense fallback={reserved}>{children}</Suspense>
    </FailureBoundary>
  );
}

/** Builds for whatever reason comes first. */
function onFirst(place: Element, build: () => void): () => void {
  let cancelIdle = (): void => undefined;
  const buildWhenIdle = (): void => {
    cancelIdle();
    cancelIdle = whenIdle(() => startTransition(build));
  };
  const near = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && buildWhenIdle(), {
    rootMargin: NEAR,
  });
  near.observe(place);
  const timer = setTimeout(buildWhenIdle, EVERYTHING_MS);
  addEventListener("keydown", buildWhenIdle, { once: true });
  return () => {
    cancelIdle();
    near.disconnect();
    clearTimeout(timer);
    removeEventListener("keydown", buildWhenIdle);
  };
}
