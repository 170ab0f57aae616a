/** HTTP routes that a plugin answers. The core listens, limits requests and waits, and prints errors. */

/** What an HTTP plugin gives. */
export interface HttpRoutes {
  /** The first that matches answers; where none does, those of the next plugin on the same address are asked. */
  readonly routes: readonly HttpRoute[];
}

/** One route. Plain data but for its answer, so that a sandboxed plugin can have it as well. */
export interface HttpRoute {
  /** In upper case: "GET"; which answers HEAD too. */
  readonly method: string;
  /** A path as `URLPattern` has it: "/hooks/:name". */
  readonly path: string;
  /** Octets of the largest body that it takes; default 1 MiB. More is answered by 413. */
  readonly largestBody?: number;
  /**
   * Answers, within half a minute; the request's signal aborts when it is over. What throws is logged, and answered by 500;
   * a Refusal by its own text and a status of its kind.
   *
   * @param parameters What the names in the path stand for.
   */
  handle(request: Request, parameters: Readonly<Record<string, string>>): Promise<Response> | Response;
}
