/** A slow machine. */

/** Whatever is done until this is disposed of takes so long that others are to be let in, however fast the machine is. */
export function slowWork(): Disposable {
  const real = performance.now;
  let late = 0;
  performance.now = () => real.call(performance) + (late += 20);
  return { [Symbol.dispose]: () => performance.now = real };
}
