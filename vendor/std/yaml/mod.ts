/** `@std/yaml` where JSR cannot be reached, from its npm build. */
// @ts-types="./yaml.d.ts"
export * from "npm:deno-std@1.4.0/yaml/mod.js";
