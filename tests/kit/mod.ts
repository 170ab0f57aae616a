export * from "../../core/api/mod.ts";
