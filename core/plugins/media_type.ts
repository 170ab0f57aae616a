/** In which language a module is written, by its name. */

/** Whether it is TypeScript. */
export function isTypeScript(url: string): boolean {
  return /\.[mc]?ts$/.test(new URL(url).pathname);
}

/** For a `data:` URL. */
export function mediaTypeOf(url: string): string {
  return isTypeScript(url) ? "application/typescript" : "text/javascript";
}
