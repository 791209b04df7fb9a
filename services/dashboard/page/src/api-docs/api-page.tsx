import { useEffect, useRef } from "react";
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import { urls } from "../api/urls";
import { texts } from "../texts";
import "../styles/api-docs.css";

/** The description of the API, in which requests can be tried out with one's own rights. */
export default function ApiPage() {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    document.title = texts.app.titleOf(texts.app.api);
    const node = place.current;
    if (!node) return;
    // It asks no other server: `validatorUrl` would be a badge of swagger.io.
    SwaggerUI({ domNode: node, url: urls.apiDescription, validatorUrl: null, docExpansion: "list", filter: true });
    return () => node.replaceChildren();
  }, []);
  return (
    <div className="api-docs">
      <h1>{texts.app.api}</h1>
      <p className="muted">{texts.app.apiText}</p>
      <p>
        <a href={urls.apiDescription} download="onwatch-openapi.json">
          {texts.app.apiFile}
        </a>
      </p>
      <div className="api-docs-sheet" ref={place} data-testid="api-docs" />
    </div>
  );
}
