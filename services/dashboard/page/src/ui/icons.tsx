import type { ReactNode } from "react";

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      {children}
    </svg>
  );
}

export const Logo = () => (
  <svg className="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
    <rect width="32" height="32" rx="9" />
    <path d="M4.5 16S9 8.5 16 8.5 27.5 16 27.5 16 23 23.5 16 23.5 4.5 16 4.5 16Z" />
    <circle cx="16" cy="16" r="4" />
  </svg>
);
export const TrashIcon = () => (
  <Icon>
    <path d="M3.5 5.5h13M8 5.5V3.8c0-.5.4-.8.8-.8h2.4c.5 0 .8.4.8.8v1.7M5 5.5l.7 10.1c0 .8.7 1.4 1.5 1.4h5.6c.8 0 1.5-.6 1.5-1.4L15 5.5M8.3 9v4.5M11.7 9v4.5" />
  </Icon>
);
export const UploadIcon = () => (
  <Icon>
    <path d="M10 13V3.5M6 7l4-3.8L14 7M3.5 13v2c0 .8.7 1.5 1.5 1.5h10c.8 0 1.5-.7 1.5-1.5v-2" />
  </Icon>
);
export const FolderIcon = () => (
  <Icon>
    <path d="M3 15V5.3c0-.5.4-.8.8-.8h4l1.7 2h6.7c.5 0 .8.4.8.8V15c0 .6-.4 1-1 1H4c-.6 0-1-.4-1-1Z" />
  </Icon>
);
export const PlayIcon = () => (
  <Icon>
    <path className="solid" d="M6.5 4.3v11.4c0 .6.7 1 1.2.7l9-5.7c.5-.3.5-1 0-1.3l-9-5.7c-.5-.4-1.2 0-1.2.6Z" />
  </Icon>
);
export const StopIcon = () => (
  <Icon>
    <rect className="solid" x="5" y="5" width="10" height="10" rx="1.8" />
  </Icon>
);
export const BackIcon = () => (
  <Icon>
    <path d="M12.5 4.5 7 10l5.5 5.5" />
  </Icon>
);
export const NextIcon = () => (
  <Icon>
    <path d="M7.5 4.5 13 10l-5.5 5.5" />
  </Icon>
);
export const RegionIcon = () => (
  <Icon>
    <path d="M4.5 6 11 4l5 5.5-3 6.5-8-1.5Z" />
  </Icon>
);
export const DownloadIcon = () => (
  <Icon>
    <path d="M10 3.5V13M6 9.2l4 3.8 4-3.8M3.5 15v.5c0 .6.4 1 1 1h11c.6 0 1-.4 1-1V15" />
  </Icon>
);
export const SearchIcon = () => (
  <Icon>
    <path d="M8.8 14.1a5.3 5.3 0 1 0 0-10.6 5.3 5.3 0 0 0 0 10.6ZM12.7 12.7l4 4" />
  </Icon>
);
export const FilmIcon = () => (
  <Icon>
    <path d="M4.5 4h11c.6 0 1 .4 1 1v10c0 .6-.4 1-1 1h-11c-.6 0-1-.4-1-1V5c0-.6.4-1 1-1ZM7 4v12M13 4v12M3.5 8H7M3.5 12H7M13 8h3.5M13 12h3.5" />
  </Icon>
);
export const PauseIcon = () => (
  <Icon>
    <path d="M7 4.5v11M13 4.5v11" />
  </Icon>
);
export const PlusIcon = () => (
  <Icon>
    <path d="M10 4.5v11M4.5 10h11" />
  </Icon>
);
export const RedoIcon = () => (
  <Icon>
    <path d="M13 4l3.5 3.5L13 11M16 7.5H8.5a4.5 4.5 0 0 0 0 9H12" />
  </Icon>
);
export const UndoIcon = () => (
  <Icon>
    <path d="M7 4 3.5 7.5 7 11M4 7.5h7.5a4.5 4.5 0 0 1 0 9H8" />
  </Icon>
);
