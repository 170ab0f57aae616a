/**
 * What an operator is told when a compiled program cannot import a plugin. It has no packages but those within it, it
 * asks no registry, and before Deno 2.8.2 it has no compiler for TypeScript.
 */
import { fileURLToPath } from "node:url";
import type { FoundSource } from "./import_plugin.ts";
import { isTypeScript } from "./media_type.ts";

/** One sentence; undefined where bundling would not help. */
export function bundlingAdvice(source: FoundSource, error: unknown): string | undefined {
  switch (source.from) {
    case "built-in":
      return undefined;
    case "registry":
      return `the compiled program has no packages but its own; ${bundling(source.specifier)}`;
    case "file":
    case "web":
      if (isTypeScript(source.url) && error instanceof SyntaxError) {
        return `this compiled program reads JavaScript only; ${bundling(nameOf(source.url))}`;
      }
      return error instanceof TypeError && isAboutPackage(error.message)
        ? `the compiled program has no packages but its own; ${bundling(nameOf(source.url))}`
        : undefined;
  }
}

/** For a shell, and what to write into the configuration. */
function bundling(specifier: string): string {
  return `"deno bundle -o plugin.js ${specifier}" puts it and what it imports into one file: then use ./plugin.js`;
}

/** The runtime has no error class for it. */
function isAboutPackage(message: string): boolean {
  return /not a dependency|list of packages|\b(?:jsr|npm|https?):/.test(message);
}

function nameOf(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}
