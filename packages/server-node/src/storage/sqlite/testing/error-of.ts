/** What `work` throws, or `null`: for an error of which a test asks several things. */
export function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}
