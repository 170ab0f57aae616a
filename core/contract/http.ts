/** HTTP routes that a plugin answers. */

/** Routes, first match wins. */
export interface HttpRoutes {
  /** Method, pattern and answer. */
  readonly routes: readonly {
    readonly method: string;
    readonly pattern: URLPattern;
    handle(request: Request): Promise<Response>;
  }[];
}
