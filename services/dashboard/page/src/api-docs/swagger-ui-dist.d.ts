declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Options {
    domNode: HTMLElement;
    url: string;
    validatorUrl: string | null;
    docExpansion: "list" | "full" | "none";
    filter: boolean;
  }
  export default function SwaggerUI(options: Options): unknown;
}
