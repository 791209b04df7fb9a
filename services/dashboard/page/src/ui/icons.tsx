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
export const EditIcon = () => (
  <Icon>
    <path d="m4 16 .8-3.4 8.4-8.4a1.5 1.5 0 0 1 2.1 0l.5.5a1.5 1.5 0 0 1 0 2.1l-8.4 8.4L4 16ZM11.8 5.6l2.6 2.6" />
  </Icon>
);
export const GlobeIcon = () => (
  <Icon>
    <path d="M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM3 10h14M10 3c2 2 3 4.3 3 7s-1 5-3 7c-2-2-3-4.3-3-7s1-5 3-7Z" />
  </Icon>
);
export const FilterIcon = () => (
  <Icon>
    <path d="M3 5h14M5.5 10h9M8 15h4" />
  </Icon>
);
export const PrintIcon = () => (
  <Icon>
    <path d="M6 7.5V3.5h8v4M6 13.5H4.5A1.5 1.5 0 0 1 3 12V9a1.5 1.5 0 0 1 1.5-1.5h11A1.5 1.5 0 0 1 17 9v3a1.5 1.5 0 0 1-1.5 1.5H14M6 11.5h8v5H6Z" />
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
export const ScaleIcon = () => (
  <Icon>
    <path d="M6.5 4h7l4 12h-15ZM5 9.5h10M10 4v12" />
  </Icon>
);
export const CloseIcon = () => (
  <Icon>
    <path d="M5.5 5.5l9 9M14.5 5.5l-9 9" />
  </Icon>
);
export const WallIcon = () => (
  <Icon>
    <path d="M3.5 4.5h13v11h-13ZM10 4.5v11M3.5 10h13" />
  </Icon>
);
export const FullScreenIcon = () => (
  <Icon>
    <path d="M7.5 3.5h-4v4M12.5 3.5h4v4M7.5 16.5h-4v-4M12.5 16.5h4v-4" />
  </Icon>
);
export const PreviousFrameIcon = () => (
  <Icon>
    <path d="M12.5 5 7.5 10l5 5M5 5v10" />
  </Icon>
);
export const NextFrameIcon = () => (
  <Icon>
    <path d="m7.5 5 5 5-5 5M15 5v10" />
  </Icon>
);
export const LinkIcon = () => (
  <Icon>
    <path d="M8.5 11.5 11.5 8.5M9 6.5l1.6-1.6a3.2 3.2 0 0 1 4.5 4.5L13.5 11M11 13.5l-1.6 1.6a3.2 3.2 0 0 1-4.5-4.5L6.5 9" />
  </Icon>
);
export const PictureInPictureIcon = () => (
  <Icon>
    <path d="M9 15H4.2c-.6 0-1-.4-1-1V6c0-.6.4-1 1-1h11.6c.6 0 1 .4 1 1v3.5" />
    <rect className="solid" x="11" y="11.5" width="6" height="4.5" rx="1" />
  </Icon>
);
export const ThemeIcon = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.5" />
    <path className="solid" d="M10 3.5a6.5 6.5 0 0 1 0 13Z" />
  </Icon>
);
export const EyeIcon = () => (
  <Icon>
    <path d="M2.5 10S5.5 5 10 5s7.5 5 7.5 5-3 5-7.5 5-7.5-5-7.5-5Z" />
    <circle cx="10" cy="10" r="2.3" />
  </Icon>
);
export const PersonIcon = () => (
  <Icon>
    <circle cx="10" cy="7" r="3.3" />
    <path d="M3.8 16.5c.6-3 3-4.7 6.2-4.7s5.6 1.7 6.2 4.7" />
  </Icon>
);
