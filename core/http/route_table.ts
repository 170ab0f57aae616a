/** The routes of one address: which one answers a request. */
import type { HttpRoute, HttpRoutes } from "../contract/http.ts";

/** What a plugin answers. */
export interface PluginRoutes {
  /** The plugin's name. */
  readonly name: string;
  /** Its routes. */
  readonly routes: HttpRoutes["routes"];
}

/** A route that answers. */
export interface FoundRoute {
  /** The plugin's name. */
  readonly plugin: string;
  /** What answers. */
  readonly route: HttpRoute;
  /** What the names in its path stand for. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What there is for a request. */
export type RouteAnswer =
  | { readonly is: "found"; readonly found: FoundRoute }
  /** There are routes, for these methods. */
  | { readonly is: "other-methods"; readonly allowed: readonly string[] }
  | { readonly is: "nothing" };

const otherParts = ["protocol", "username", "password", "hostname", "port", "search", "hash"] as const;

interface Compiled {
  readonly plugin: string;
  readonly route: HttpRoute;
  readonly pattern: URLPattern;
}

/** Routes of all plugins of an address, in the order of the configuration. */
export class RouteTable {
  readonly #routes: readonly Compiled[];

  /** @throws TypeError where a route makes no sense. */
  constructor(plugins: readonly PluginRoutes[]) {
    this.#routes = plugins.flatMap(({ name, routes }) => routes.map((route) => compile(name, route)));
  }

  /** Finds the first that matches. @param path Of the request's URL, as it is written there. */
  find(method: string, path: string): RouteAnswer {
    const allowed = new Set<string>();
    for (const { plugin, route, pattern } of this.#routes) {
      const match = pattern.exec({ pathname: path });
      if (match === null) continue;
      if (answers(route, method)) {
        return { is: "found", found: { plugin, route, parameters: namesIn(match.pathname.groups) } };
      }
      allowed.add(route.method);
      if (route.method === "GET") allowed.add("HEAD");
    }
    return allowed.size === 0 ? { is: "nothing" } : { is: "other-methods", allowed: [...allowed] };
  }
}

// RFC 9110 §9.3.2: HEAD is GET without the content.
function answers({ method }: HttpRoute, asked: string): boolean {
  return method === asked || method === "GET" && asked === "HEAD";
}

/** A plugin in JavaScript may give anything. */
function compile(plugin: string, given: HttpRoute): Compiled {
  const route = withPath(given);
  const { method, path } = route, { handle } = given;
  // RFC 9110 §5.6.2, §9.1: a method is a token, and case counts.
  if (typeof method !== "string" || !/^[A-Z0-9!#$%&'*+.^_`|~-]+$/.test(method)) {
    throw new TypeError(`a route's method is ${JSON.stringify(method)}; expected one such as "GET"`);
  }
  if (typeof path !== "string" || !path.startsWith("/")) {
    throw new TypeError(`a route's path is ${JSON.stringify(path)}; expected one such as "/hooks/:name"`);
  }
  if (typeof handle !== "function") throw new TypeError(`the route ${method} ${path} has no function handle`);
  return { plugin, route, pattern: new URLPattern({ pathname: path }) };
}

/** It may have a `pattern`, a `URLPattern`, in the place of a path. @throws TypeError where that asks for more than a path. */
function withPath(route: HttpRoute): HttpRoute {
  const pattern: unknown = Reflect.get(route, "pattern");
  if (route.path !== undefined || !(pattern instanceof URLPattern)) return route;
  // Routes are found by paths: one for the host of administrators would be everybody's.
  const other = otherParts.find((part) => pattern[part] !== "*");
  if (other !== undefined) {
    throw new TypeError(
      `a route's pattern has the ${other} ${JSON.stringify(pattern[other])}; expected a pathname alone`,
    );
  }
  return { ...route, path: pattern.pathname, handle: (...asked) => route.handle(...asked) };
}

function namesIn(groups: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const named = Object.entries(groups).flatMap(([name, text]) => text === undefined ? [] : [[name, decode(text)]]);
  return Object.fromEntries(named);
}

/** RFC 3986 §2.1; what is no UTF-8 stays as it is written. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
