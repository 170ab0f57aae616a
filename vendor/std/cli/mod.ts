/** `@std/cli` where JSR cannot be reached: argument parsing, from its npm build. */
// @ts-types="./parse_args.d.ts"
export * from "npm:deno-std@1.4.0/cli/parse_args.js";
