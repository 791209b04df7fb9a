import type { ReactNode } from "react";

interface Props {
  title: string;
  text?: string;
  /** There is nothing else on the page. */
  isPage?: boolean;
  children?: ReactNode;
}

export function EmptyState({ title, text, isPage = false, children }: Props) {
  const Heading = isPage ? "h1" : "h2";
  return (
    <section className="empty-state">
      <Heading>{title}</Heading>
      {text && <p>{text}</p>}
      {children}
    </section>
  );
}
