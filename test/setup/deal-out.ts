/** Works through all jobs, `workers` at a time, each taking the next one as soon as it is free. @returns what came of them, in their order. */
export async function dealOut<Job, Result>(
  jobs: readonly Job[],
  workers: number,
  work: (job: Job) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  // One for all: who asks next gets the next job.
  const waiting = jobs.entries();
  async function worker(): Promise<void> {
    for (const [place, job] of waiting) results[place] = await work(job);
  }
  await Promise.all(Array.from({ length: workers }, worker));
  return results;
}
