import { DownloadIcon } from "../ui/icons";

/** The same as files. */
export function DownloadLinks({ name, files }: { name: string; files: readonly (readonly [format: string, url: string])[] }) {
  return (
    <div className="downloads">
      {files.map(([format, url]) => {
        const type = format.toLowerCase();
        return (
          <a key={format} className="button small" href={url} download={`${name}.${type}`} data-testid={`${name}-${type}`}>
            <DownloadIcon />
            {format}
          </a>
        );
      })}
    </div>
  );
}
