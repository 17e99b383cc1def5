/**
 * When the machines ask for the first time, in milliseconds from the start and
 * in ascending order.
 *
 * Machines that are switched on together differ in how long their firmware
 * takes, the sum of many small differences: hence a bell, whose peak is 2.25
 * times the mean. The sum of three even distributions is near enough, and has
 * an end.
 *
 * @param seconds - within which all come
 */
export function arrivals(
  count: number,
  seconds: number,
  random: () => number,
): number[] {
  const spread = (seconds * 1000) / 3;
  return Array.from(
    {length: count},
    () => (random() + random() + random()) * spread,
  ).sort((a, b) => a - b);
}
