/** Types of `@std/assert`. */

// deno-lint-ignore-file no-explicit-any -- a constructor's parameters are contravariant: only `any` accepts every class

/** Any class, abstract ones too. */
export type AnyConstructor = abstract new (...args: any[]) => any;
/** What an instance of a class is. */
export type GetConstructorType<Class extends AnyConstructor> = InstanceType<Class>;
/** What has a length and an index. */
export type ArrayLikeArg<Item> = ArrayLike<Item> & object;
/** Values that are false. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** What every failing assertion throws. */
export class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions);
}

/** The value is truthy. */
export function assert(expr: unknown, msg?: string): asserts expr;
/** The value is falsy. */
export function assertFalse(expr: unknown, msg?: string): asserts expr is Falsy;
/** Numbers that differ by no more than the tolerance. */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, msg?: string): void;
/** Every expected item is there, by deep equality. */
export function assertArrayIncludes<Item>(actual: ArrayLikeArg<Item>, expected: ArrayLikeArg<Item>, msg?: string): void;
/** Deep equality. */
export function assertEquals<Value>(actual: Value, expected: Value, msg?: string): void;
/** Not deeply equal. */
export function assertNotEquals<Value>(actual: Value, expected: Value, msg?: string): void;
/** Neither null nor undefined. */
export function assertExists<Value>(actual: Value, msg?: string): asserts actual is NonNullable<Value>;
/** actual > expected. */
export function assertGreater<Value>(actual: Value, expected: Value, msg?: string): void;
/** actual >= expected. */
export function assertGreaterOrEqual<Value>(actual: Value, expected: Value, msg?: string): void;
/** actual < expected. */
export function assertLess<Value>(actual: Value, expected: Value, msg?: string): void;
/** actual <= expected. */
export function assertLessOrEqual<Value>(actual: Value, expected: Value, msg?: string): void;
/** An instance of the class. */
export function assertInstanceOf<Class extends AnyConstructor>(
  actual: unknown,
  expectedType: Class,
  msg?: string,
): asserts actual is GetConstructorType<Class>;
/** No instance of the class. */
export function assertNotInstanceOf<Value, Unexpected>(
  actual: Value,
  unexpectedType: abstract new (...args: any[]) => Unexpected,
  msg?: string,
): asserts actual is Exclude<Value, Unexpected>;
/** An error of this class whose message holds this text. */
export function assertIsError<Thrown extends Error = Error>(
  error: unknown,
  ErrorClass?: abstract new (...args: any[]) => Thrown,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is Thrown;
/** The expression matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
/** The expression does not match. */
export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void;
/** Every property of `expected` is in `actual`. */
export function assertObjectMatch(
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void;
/** The same value (`Object.is`). */
export function assertStrictEquals<Value>(actual: unknown, expected: Value, msg?: string): asserts actual is Value;
/** Not the same value (`Object.is`). */
export function assertNotStrictEquals<Value>(actual: Value, expected: Value, msg?: string): void;
/** The text holds the other. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void;

/** The function throws; gives what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** The function throws an error of this class whose message holds this text; gives the error. */
export function assertThrows<Thrown extends Error = Error>(
  fn: () => unknown,
  ErrorClass: abstract new (...args: any[]) => Thrown,
  msgIncludes?: string,
  msg?: string,
): Thrown;
/** The promise rejects; gives the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** The promise rejects with an error of this class whose message holds this text; gives the error. */
export function assertRejects<Thrown extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: abstract new (...args: any[]) => Thrown,
  msgIncludes?: string,
  msg?: string,
): Promise<Thrown>;

/** Deep equality, as a value. */
export function equal(a: unknown, b: unknown): boolean;
/** Fails always. */
export function fail(msg?: string): never;
/** Fails: this has not been written. */
export function unimplemented(msg?: string): never;
/** Fails: this cannot be reached. */
export function unreachable(msg?: string): never;
